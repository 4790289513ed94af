import { type FormEvent, useState } from 'react';
import { clearChat, generate } from '../../store/work/actions';
import { ForeignText } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { Answer } from './answer';

export function Chat() {
  const chat = useStudio((s) => s.chat);
  const answer = useStudio((s) => s.answer);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => s.noGpu !== null);
  const writing = useStudio((s) => s.job?.kind === 'generate');
  const [draft, setDraft] = useState('');
  const send = (event: FormEvent) => {
    event.preventDefault();
    const text = draft.trim();
    if (text === '' || busy) return;
    setDraft('');
    void generate(text);
  };
  // A message without an answer (stopped, or failed) can be sent again.
  const waiting = !writing && chat.at(-1)?.role === 'user';
  return (
    <div className="chat">
      <ol className="messages" aria-live="polite" aria-label="Conversation">
        {chat.map((m, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages are only appended
          <li key={i} className={m.role}>
            <span className="who">{m.role === 'user' ? 'You' : 'Model'}</span>
            {m.parts ? (
              <Answer parts={m.parts} testId="said" />
            ) : (
              <p>
                <ForeignText text={m.content} />
              </p>
            )}
          </li>
        ))}
        {answer.length > 0 && (
          <li className="assistant">
            <span className="who">Model</span>
            <Answer parts={answer} />
          </li>
        )}
      </ol>
      <form onSubmit={send} className="ask">
        <input
          aria-label="Message"
          value={draft}
          onChange={(e) => setDraft(e.currentTarget.value)}
          placeholder="Tell me a story about a little fox named Nora."
        />
        <button type="submit" className="primary" disabled={busy || blocked || draft.trim() === ''}>
          Send
        </button>
        {waiting && (
          <button type="button" disabled={busy || blocked} onClick={() => void generate()}>
            Answer again
          </button>
        )}
        <button type="button" disabled={busy || chat.length === 0} onClick={clearChat}>
          Clear
        </button>
      </form>
    </div>
  );
}

import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { answer, ask } from '../../../store/chat/converse';
import { pathTo } from '../../../store/chat/tree';
import { get, stop } from '../../../store/work/job';
import { visible } from '../../../util/foreign-text';
import { Icon } from '../../kit/icon';
import { useStudio } from '../../kit/use-studio';
import { useWords } from '../../words/use-words';
import { ContextMeter } from './context-meter';
import { setEditing } from './editing';

/** Begins to change the last question. False where there is none. */
function editLast(): boolean {
  const { messages, conversation } = get().talk;
  const last = pathTo(messages, conversation?.head ?? null).findLast((m) => m.role === 'user');
  if (last) setEditing(last.id);
  return last !== undefined;
}

/** The message that is being written, and the button that sends it, at the foot of the view. */
export function Composer() {
  const [draft, setDraft] = useState('');
  const runType = useStudio((s) => s.runType);
  const isBusy = useStudio((s) => s.job !== null);
  const isWriting = useStudio((s) => s.job?.kind === 'generate');
  const hasGpu = useStudio((s) => s.noGpu === null);
  const waiting = useStudio(({ talk, job }) => {
    const head = talk.conversation?.head ?? null;
    if (job || talk.full || head === null) return null;
    return talk.messages[head]?.role === 'user' ? head : null;
  });
  const words = useWords().chat;
  const canSend = !isBusy && hasGpu && draft.trim() !== '';
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (!canSend) return;
    setDraft('');
    void ask(draft.trim());
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'ArrowUp' && draft === '' && !isBusy && editLast()) event.preventDefault();
    // Enter also ends a word that an input method is composing.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="composer-row">
      <ContextMeter />
      {waiting !== null && (
        <div className="full">
          <span>{words.waiting}</span>
          <button className="link" type="button" disabled={!hasGpu} onClick={() => void answer(waiting)}>
            {words.again}
          </button>
        </div>
      )}
      <form className="composer" onSubmit={send}>
        <textarea
          className="field"
          rows={1}
          aria-label={words.message}
          placeholder={words.messageTo(visible(runType))}
          value={draft}
          onChange={(e) => setDraft(e.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {isWriting ? (
          <button
            className="btn icon"
            type="button"
            aria-label={words.stopWriting}
            title={words.stopWriting}
            onClick={stop}
          >
            <Icon name="x" />
          </button>
        ) : (
          <button className="btn main icon" type="submit" aria-label={words.send} disabled={!canSend}>
            <Icon name="send" />
          </button>
        )}
      </form>
    </div>
  );
}

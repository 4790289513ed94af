import { useId, useState } from 'react';
import { goOnAwaited } from '../../store/model/go-on';
import { openWithPreTokenizer } from '../../store/model/open';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** Lets the user choose the pre-tokenizer when it was not detected. */
export function PreTokenizerChoice() {
  const unknown = useStudio((s) => s.problem?.name === 'PreTokenizerError');
  const busy = useStudio((s) => s.job !== null);
  const names = useStudio((s) => s.lists.preTokenizers);
  const [chosen, choose] = useState<string>();
  const words = useWords().preTokenizer;
  const id = useId();
  const name = chosen ?? names[0] ?? '';
  if (!unknown) return null;
  return (
    <p className="inl">
      <label htmlFor={id}>{words.label}</label>
      <select id={id} className="field" value={name} onChange={(e) => choose(e.currentTarget.value)}>
        {names.map((n) => (
          <option key={n}>{n}</option>
        ))}
      </select>
      <button
        className="btn main"
        type="button"
        disabled={busy}
        onClick={() => void openWithPreTokenizer(name).then(goOnAwaited)}
      >
        {words.open}
      </button>
    </p>
  );
}

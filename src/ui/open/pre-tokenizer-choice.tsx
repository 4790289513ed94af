import { useState } from 'react';
import { goOnAwaited } from '../../store/model/go-on';
import { openWithPreTokenizer } from '../../store/model/open';
import { Choice } from '../kit/choice';
import { useStudio } from '../kit/use-studio';

/** Lets the user choose the pre-tokenizer when it was not detected. */
export function PreTokenizerChoice() {
  const unknown = useStudio((s) => s.problem?.name === 'PreTokenizerError');
  const busy = useStudio((s) => s.job !== null);
  const names = useStudio((s) => s.lists.preTokenizers);
  const [chosen, choose] = useState<string>();
  const name = chosen ?? names[0] ?? '';
  if (!unknown) return null;
  return (
    <div className="actions">
      <Choice label="Its pre-tokenizer, by llama.cpp's name" options={names} value={name} onChoose={choose} />
      <button type="button" disabled={busy} onClick={() => void openWithPreTokenizer(name).then(goOnAwaited)}>
        Open with it
      </button>
    </div>
  );
}

import { useState } from 'react';
import { openWithPreTokenizer } from '../../store/model/open';
import { preTokenizers } from '../../text/pre-tokenizers';
import { Choice } from '../kit/choice';
import { useStudio } from '../kit/use-studio';

const names = preTokenizers.flatMap((p) => p.names).sort();

/** Lets the user choose the pre-tokenizer when it was not detected. */
export function PreTokenizerChoice() {
  const unknown = useStudio((s) => s.problem?.name === 'PreTokenizerError');
  const busy = useStudio((s) => s.job !== null);
  const [name, setName] = useState(names[0] ?? '');
  if (!unknown) return null;
  return (
    <div className="actions">
      <Choice
        label="Its pre-tokenizer, by llama.cpp's name"
        options={names}
        value={name}
        onChoose={setName}
      />
      <button type="button" disabled={busy} onClick={() => void openWithPreTokenizer(name)}>
        Open with it
      </button>
    </div>
  );
}

import { useRef } from 'react';
import { baseOf, HELD_OUT, takeText } from '../../store/work/own-text';
import { setLab } from '../../store/work/sweep';
import { Choice } from '../kit/choice';
import { useStudio } from '../kit/use-studio';

const BASES = ['F32', 'BF16', 'F16', 'Q8_0'];
const BUDGETS = [5, 15, 60, 300];
const CONTEXTS = [128, 256, 512, 1024, 2048];

/** Settings of the measurements. */
export function MeasureForm() {
  const lab = useStudio((s) => s.lab);
  const own = useStudio((s) => s.ownText);
  const base = useStudio((s) => s.lab.base ?? baseOf(s));
  const hasTokenizer = useStudio((s) => s.model?.hasTokenizer !== false);
  const busy = useStudio((s) => s.job !== null);
  const file = useRef<HTMLInputElement>(null);
  const quality = lab.quality && hasTokenizer;
  return (
    <fieldset className="settings" disabled={busy}>
      <legend className="hidden">What to measure</legend>
      <label className="check">
        <input
          type="checkbox"
          checked={lab.speed}
          onChange={(e) => setLab({ speed: e.currentTarget.checked })}
        />
        Memory and speed
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={quality}
          disabled={!hasTokenizer}
          onChange={(e) => setLab({ quality: e.currentTarget.checked })}
        />
        Quality
      </label>
      <Choice
        label="beside"
        name="Base level"
        help="The level that others are compared with, token by token"
        options={BASES}
        value={base}
        disabled={!quality}
        onChoose={(base) => setLab({ base })}
      />
      <Choice
        label="on"
        name="Text"
        help="Text that is read and predicted; it should be of the kind that you use the model for"
        options={
          own
            ? [['held-out', HELD_OUT] as const, ['own', own.label] as const]
            : [['held-out', HELD_OUT] as const]
        }
        value={lab.text}
        disabled={!quality}
        onChoose={(text) => setLab({ text })}
      />
      <button type="button" disabled={!quality} onClick={() => file.current?.click()}>
        Text of your own…
      </button>
      <input
        ref={file}
        type="file"
        hidden
        accept=".txt,.md,text/plain"
        onChange={(e) => {
          const [chosen] = e.currentTarget.files ?? [];
          if (chosen) void takeText(chosen.name, chosen);
        }}
      />
      <Choice
        label="context"
        name="Context of the text"
        help="Tokens that a chunk of the text has; half of it is read, half predicted"
        options={CONTEXTS}
        value={lab.context}
        disabled={!quality}
        onChoose={(context) => setLab({ context })}
      />
      <Choice
        label="for"
        name="Time for each level"
        help="Decides how much of the text every level gets; the first level finds out how much fits"
        options={BUDGETS.map((n) => [n, `${n} s a level`] as const)}
        value={lab.budgetSeconds}
        disabled={!quality}
        onChoose={(budgetSeconds) => setLab({ budgetSeconds })}
      />
    </fieldset>
  );
}

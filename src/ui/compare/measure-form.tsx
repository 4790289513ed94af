import { type ChangeEvent, useRef } from 'react';
import { baseOf, HELD_OUT, takeText } from '../../store/own-text';
import { setLab } from '../../store/sweep';
import type { Laboratory } from '../../store/state';
import { useStudio } from '../kit/use-studio';

const BASES = ['F32', 'BF16', 'F16', 'Q8_0'];
const BUDGETS = [5, 15, 60, 300];
const CONTEXTS = [128, 256, 512, 1024, 2048];

/** What is measured, and with what. */
export function MeasureForm() {
  const lab = useStudio((s) => s.lab);
  const own = useStudio((s) => s.ownText);
  const base = useStudio((s) => s.lab.base ?? baseOf(s));
  const hasTokenizer = useStudio((s) => s.model?.hasTokenizer !== false);
  const busy = useStudio((s) => s.job !== null);
  const file = useRef<HTMLInputElement>(null);
  const number = (key: 'context' | 'budgetSeconds') => (e: ChangeEvent<HTMLSelectElement>) =>
    setLab({ [key]: Number(e.currentTarget.value) } as Partial<Laboratory>);
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
      <label title="The level that others are compared with, token by token">
        beside
        <select
          value={base}
          disabled={!quality}
          onChange={(e) => setLab({ base: e.currentTarget.value })}
          aria-label="Base level"
        >
          {BASES.map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </label>
      <label title="Text that is read and predicted; it should be of the kind that you use the model for">
        on
        <select
          value={lab.text}
          disabled={!quality}
          onChange={(e) => setLab({ text: e.currentTarget.value as Laboratory['text'] })}
          aria-label="Text"
        >
          <option value="held-out">{HELD_OUT}</option>
          {own && <option value="own">{own.label}</option>}
        </select>
      </label>
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
      <label title="Tokens that a chunk of the text has; half of it is read, half predicted">
        context
        <select
          value={lab.context}
          disabled={!quality}
          onChange={number('context')}
          aria-label="Context of the text"
        >
          {CONTEXTS.map((n) => (
            <option key={n}>{n}</option>
          ))}
        </select>
      </label>
      <label title="Decides how much of the text every level gets; the first level finds out how much fits">
        for
        <select
          value={lab.budgetSeconds}
          disabled={!quality}
          onChange={number('budgetSeconds')}
          aria-label="Time for each level"
        >
          {BUDGETS.map((n) => (
            <option key={n} value={n}>
              {n} s a level
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}

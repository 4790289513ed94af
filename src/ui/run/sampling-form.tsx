import { setSampling } from '../../store/work/actions';
import type { Sampling } from '../../store/state';
import { useStudio } from '../kit/use-studio';

const fields: readonly {
  key: keyof Sampling;
  label: string;
  help: string;
  min: number;
  max: number;
  step: number;
}[] = [
  {
    key: 'temperature',
    label: 'Temperature',
    help: '0 is greedy: always the likeliest token',
    min: 0,
    max: 2,
    step: 0.05,
  },
  { key: 'topK', label: 'Top-k', help: 'Only the k likeliest tokens; 0 is off', min: 0, max: 1000, step: 1 },
  {
    key: 'topP',
    label: 'Top-p',
    help: 'The likeliest tokens up to this probability; 1 is off',
    min: 0,
    max: 1,
    step: 0.01,
  },
  {
    key: 'minP',
    label: 'Min-p',
    help: 'At least this share of the likeliest; 0 is off',
    min: 0,
    max: 1,
    step: 0.01,
  },
  { key: 'seed', label: 'Seed', help: 'The same seed gives the same text', min: 0, max: 4294967295, step: 1 },
  {
    key: 'maxTokens',
    label: 'Most tokens',
    help: 'Where it stops at the latest',
    min: 1,
    max: 131072,
    step: 1,
  },
];

export function SamplingForm() {
  const sampling = useStudio((s) => s.sampling);
  return (
    <details className="sampling">
      <summary>Sampling</summary>
      <div className="settings">
        {fields.map((f) => (
          <label key={f.key} title={f.help}>
            {f.label}
            <input
              type="number"
              min={f.min}
              max={f.max}
              step={f.step}
              value={sampling[f.key]}
              onChange={(e) => {
                const value = e.currentTarget.valueAsNumber;
                if (Number.isFinite(value)) setSampling({ [f.key]: Math.min(f.max, Math.max(f.min, value)) });
              }}
            />
          </label>
        ))}
      </div>
    </details>
  );
}

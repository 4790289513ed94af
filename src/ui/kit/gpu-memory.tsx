import { useId } from 'react';
import { changeSettings } from '../../store/settings';
import { useWords } from '../words/use-words';
import { useSettings } from './use-settings';

const GIGABYTES = [2, 3, 4, 6, 8, 10, 11, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256, 512];

/** Memory of the GPU, which no browser tells: asked for once. */
export function GpuMemory() {
  const total = useSettings((s) => s.gpuMemoryBytes);
  const words = useWords().levels;
  const id = useId();
  const choose = (value: string) =>
    changeSettings({ gpuMemoryBytes: value === '' ? null : Number(value) * 1e9 });
  return (
    <span className="inl">
      <label htmlFor={id}>{words.gpuMemory}</label>
      <select
        id={id}
        className="field"
        value={total === null ? '' : String(total / 1e9)}
        onChange={(e) => choose(e.currentTarget.value)}
      >
        <option value="">{words.notSaid}</option>
        {GIGABYTES.map((n) => (
          <option key={n} value={n}>{`${n} GB`}</option>
        ))}
      </select>
    </span>
  );
}

import { Dialog, Popover } from 'radix-ui';
import { useId } from 'react';
import { changePlan } from '../../store/model/plan';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { Imatrix } from './imatrix';
import { Search } from './search';

const CONTEXTS = [128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072];

/** Context length and cache type, by which levels take memory. */
export function Context() {
  const max = useStudio((s) => s.model?.contextLength ?? 0);
  const context = useStudio((s) => s.context);
  const kvType = useStudio((s) => s.kvType);
  const kvTypes = useStudio((s) => s.lists.kvTypes);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().levels;
  const ids = [useId(), useId()] as const;
  if (max === 0) return null;
  return (
    <>
      <span className="inl">
        <label htmlFor={ids[0]}>{words.context}</label>
        <select
          id={ids[0]}
          className="field"
          value={context}
          disabled={busy}
          onChange={(e) => void changePlan({ context: Number(e.currentTarget.value) })}
        >
          {[...CONTEXTS.filter((n) => n < max), max].map((n) => (
            <option key={n} value={n}>
              {words.tokens(n)}
            </option>
          ))}
        </select>
      </span>
      <span className="inl wide">
        <label htmlFor={ids[1]}>{words.cache}</label>
        <select
          id={ids[1]}
          className="field"
          value={kvType}
          disabled={busy}
          onChange={(e) => void changePlan({ kvType: kvTypes[e.currentTarget.selectedIndex]! })}
        >
          {kvTypes.map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </span>
    </>
  );
}

/** Choices that only some models have. */
export function Rules() {
  const fallback = useStudio((s) => s.fallbackToF16);
  const refused = useStudio((s) => s.fallbackToF16 || s.plan.some((p) => p.curedByF16));
  const strict = useStudio((s) => s.strict);
  const hasFallbacks = useStudio((s) => s.strict || s.plan.some((p) => p.fallbacks.length > 0));
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().levels;
  return (
    <>
      {refused && (
        <label className="check">
          <input
            type="checkbox"
            checked={fallback}
            disabled={busy}
            onChange={(e) => void changePlan({ fallbackToF16: e.currentTarget.checked })}
          />
          <span>{words.fallbackToF16}</span>
        </label>
      )}
      {hasFallbacks && (
        <label className="check">
          <input
            type="checkbox"
            checked={strict}
            disabled={busy}
            onChange={(e) => void changePlan({ strict: e.currentTarget.checked })}
          />
          <span>{words.strict}</span>
        </label>
      )}
    </>
  );
}

/** The importance matrix, behind a button that names it. */
export function Importance() {
  const label = useStudio((s) => s.imatrix?.label ?? null);
  const words = useWords().levels;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button className="btn" type="button" data-testid="imatrix-button">
          {label === null ? words.noMatrix : words.matrix}
          {label !== null && <Foreign text={label} />}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="pop-panel" align="end" sideOffset={6} aria-label={words.matrixTitle}>
          <Imatrix />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** A size of the person's own, with a type for each tensor, and the rules that a model asks for. */
export function More() {
  const words = useWords().levels;
  return (
    <Dialog.Root>
      <Dialog.Trigger asChild>
        <button className="btn wide" type="button">
          {words.mix}
        </button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <div className="scrim" />
        <Dialog.Content className="sheet" aria-describedby={undefined}>
          <div className="head">
            <Dialog.Title asChild>
              <h1>{words.mixTitle}</h1>
            </Dialog.Title>
            <span className="push" />
            <Dialog.Close asChild>
              <button className="btn quiet icon" type="button" aria-label={words.close}>
                <Icon name="x" />
              </button>
            </Dialog.Close>
          </div>
          <div className="body">
            <Search />
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

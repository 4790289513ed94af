import type { DeviceCapabilities } from '../../device/capabilities';
import type { ComputePath } from '../../model/runtime';
import { compareWithReference } from '../../store/work/actions';
import { Fact } from '../kit/fact';
import { useStudio } from '../kit/use-studio';
import type { Words } from '../words/en';
import { useWords } from '../words/use-words';
import { exponential, fixed } from '../kit/numerals';

/** Measured error and time of the kernels, per compute path. */
const measuredText = (
  errors: Partial<Record<ComputePath, number>>,
  ms: Partial<Record<ComputePath, number>>,
  words: Words['device'],
): string =>
  Object.entries(errors)
    .map(([path, error]) => {
      const time = ms[path as ComputePath];
      if (!Number.isFinite(error)) return words.doesNotRun(path);
      return words.pathTook(path, time === undefined ? words.notUsed : words.ms(time), exponential(error, 0));
    })
    .join('; ');

/** The compute paths of decode and prefill, the reason for them, and what they cost in exactness. */
export function Products({ device: { tuning, paths } }: { device: DeviceCapabilities }) {
  const difference = useStudio((s) => s.difference);
  const busy = useStudio((s) => s.job !== null);
  const canRun = useStudio((s) => s.model?.blocked === null && s.runType !== '');
  const words = useWords().device;
  const one = tuning
    ? `${words.measuredOne(measuredText(tuning.errors.decode, tuning.decodeMs, words), tuning.threads)}. ${words.usual}`
    : words.usual;
  const many = tuning
    ? words.measuredMany(measuredText(tuning.errors.prefill, tuning.prefillMs, words))
    : words.usual;
  return (
    <section className="panel" aria-labelledby="products-title">
      <div className="ph">
        <h2 id="products-title">{words.products}</h2>
        <span className="push" />
        {canRun && (
          <button className="btn" type="button" disabled={busy} onClick={() => void compareWithReference()}>
            {words.compare}
          </button>
        )}
      </div>
      <div className="pb">
        <dl className="rows">
          <Fact label={words.one} value={words.paths[paths.decode]} help={one} />
          <Fact label={words.many} value={words.paths[paths.prefill]} help={many} />
          {difference && (
            <Fact
              label={words.beside(difference.type)}
              value={words.difference(
                exponential(difference.is.meanKl, 1),
                fixed(100 * difference.is.sameTop, 0),
              )}
              help={words.differenceHelp(difference.is.positions, exponential(difference.is.largestKl, 1))}
            />
          )}
        </dl>
      </div>
    </section>
  );
}

import type { TensorInspection } from '../../pipeline/inspect';
import { inspect } from '../../store/work/actions';
import { Icon } from '../kit/icon';
import { ScrollRegion } from '../kit/scroll-region';
import { useWords } from '../words/use-words';
import { BlockStrip } from './block-strip';
import { exponential, precise } from '../kit/numerals';

const short = (v: number) => precise(v, 4);

/** The way from block to block. */
function Place({ level, of }: { level: string; of: TensorInspection }) {
  const words = useWords().inspect;
  const { row, index } = of.block;
  const go = (toRow: number, toIndex: number) => void inspect(level, of.name, toRow, toIndex);
  const whole = (text: string, max: number) => Math.min(max, Math.max(0, Math.floor(Number(text)) || 0));
  const last = of.blocksPerRow - 1;
  return (
    <div className="place">
      <label>
        {words.row}{' '}
        <input
          className="field"
          type="number"
          min={0}
          max={of.rows - 1}
          value={row}
          onChange={(e) => go(whole(e.currentTarget.value, of.rows - 1), index)}
        />
      </label>
      <label>
        {words.blockIndex}{' '}
        <input
          className="field"
          type="number"
          min={0}
          max={last}
          value={index}
          onChange={(e) => go(row, whole(e.currentTarget.value, last))}
        />
      </label>
      <button
        className="btn quiet icon"
        type="button"
        aria-label={words.blockBefore}
        disabled={index === 0 && row === 0}
        onClick={() => (index > 0 ? go(row, index - 1) : go(row - 1, last))}
      >
        <Icon name="left" />
      </button>
      <button
        className="btn quiet icon"
        type="button"
        aria-label={words.blockAfter}
        disabled={index === last && row === of.rows - 1}
        onClick={() => (index < last ? go(row, index + 1) : go(row + 1, 0))}
      >
        <Icon name="right" />
      </button>
    </div>
  );
}

/** Each weight of a block before and after quantizing, with its code. */
function Weights({ of }: { of: TensorInspection['block'] }) {
  const words = useWords().inspect;
  const { before, after, codes } = of;
  const hasLow = codes.some((c) => c.low !== 0);
  const { columns } = words;
  const titles = [
    columns.weight,
    columns.before,
    ...(codes.length > 0 ? [columns.code, columns.scale] : []),
    ...(hasLow ? [columns.minimum] : []),
    columns.after,
    columns.error,
  ];
  return (
    <ScrollRegion label={words.weights} tall>
      <table data-testid="block">
        <thead>
          <tr>
            {titles.map((title) => (
              <th scope="col" className="n" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before.map((v, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a weight is its place
            <tr key={i}>
              <th scope="row" className="n">
                {i}
              </th>
              <td className="n">{short(v)}</td>
              {codes[i] && (
                <>
                  <td className="n">{codes[i].code}</td>
                  <td className="n">{short(codes[i].step)}</td>
                  {hasLow && <td className="n">{short(-codes[i].low)}</td>}
                </>
              )}
              <td className="n">{short(after[i]!)}</td>
              <td className="n">{exponential(after[i]! - v, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** One block: its weights, its fields as the file stores them, its figures. */
export function Block({ level, of }: { level: string; of: TensorInspection }) {
  const words = useWords().inspect;
  const { block } = of;
  return (
    <section className="panel" aria-labelledby="block-title">
      <div className="ph">
        <h2 id="block-title">{words.block(block.before.length)}</h2>
        <span className="cap wide">{words.blockOf(block.index, of.blocksPerRow)}</span>
        <span className="push" />
        <Place level={level} of={of} />
      </div>
      <div className="pb stack">
        <dl className="facts">
          {block.fields.map(({ name, hex }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="mono">{hex}</dd>
            </div>
          ))}
          <div>
            <dt>{words.rms}</dt>
            <dd>{short(block.rmse)}</dd>
          </div>
        </dl>
        <BlockStrip of={block} />
        <details open>
          <summary>{words.figures}</summary>
          <Weights of={block} />
        </details>
      </div>
    </section>
  );
}

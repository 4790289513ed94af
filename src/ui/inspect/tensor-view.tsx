import type { TensorInspection } from '../../pipeline/inspect';
import { closeInspection, inspect } from '../../store/work/actions';
import { visible } from '../../util/foreign-text';
import { Histogram } from './histogram';
import { Foreign } from '../kit/foreign';
import { ScrollRegion } from '../kit/scroll-region';
import { useStudio } from '../kit/use-studio';

const short = (v: number) => v.toPrecision(4);

function Place({ level, of }: { level: string; of: TensorInspection }) {
  const go = (row: number, block: number) => void inspect(level, of.name, row, block);
  const { row, index } = of.block;
  const whole = (text: string, max: number) => Math.min(max, Math.max(0, Math.floor(Number(text)) || 0));
  return (
    <div className="settings">
      <label>
        Row
        <input
          type="number"
          min={0}
          max={of.rows - 1}
          value={row}
          onChange={(e) => go(whole(e.currentTarget.value, of.rows - 1), index)}
        />
      </label>
      <label>
        Block
        <input
          type="number"
          min={0}
          max={of.blocksPerRow - 1}
          value={index}
          onChange={(e) => go(row, whole(e.currentTarget.value, of.blocksPerRow - 1))}
        />
      </label>
    </div>
  );
}

/** One block: its fields as stored in the file, and each weight before and after quantization. */
function Block({ of }: { of: TensorInspection }) {
  const { fields, before, after, codes, rmse } = of.block;
  const hasLow = codes.some((c) => c.low !== 0);
  const titles = [
    'Weight',
    'Before',
    ...(codes.length > 0 ? ['Code', 'Scale'] : []),
    ...(hasLow ? ['Minimum'] : []),
    'After',
    'Error',
  ];
  return (
    <>
      <dl className="facts">
        {fields.map(({ name, hex }) => (
          <div className="fact" key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{hex}</code>
            </dd>
          </div>
        ))}
        <div className="fact">
          <dt>RMS error</dt>
          <dd>{short(rmse)}</dd>
        </div>
      </dl>
      <ScrollRegion label="Weights of the block" tall>
        <table data-testid="block">
          <thead>
            <tr>
              {titles.map((title) => (
                <th scope="col" className="num" key={title}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {before.map((v, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a weight is its place
              <tr key={i}>
                <th scope="row" className="num">
                  {i}
                </th>
                <td className="num">{short(v)}</td>
                {codes[i] && (
                  <>
                    <td className="num">{codes[i].code}</td>
                    <td className="num">{short(codes[i].step)}</td>
                    {hasLow && <td className="num">{short(-codes[i].low)}</td>}
                  </>
                )}
                <td className="num">{short(after[i]!)}</td>
                <td className="num">{(after[i]! - v).toExponential(1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

/** An inspected tensor: histogram, largest weights and one block. */
export function TensorView({ level }: { level: string }) {
  const of = useStudio((s) => s.inspection);
  if (!of) return null;
  return (
    <section aria-label={`Tensor ${visible(of.name)}`} data-testid="tensor">
      <h2>
        <Foreign text={of.name} />: {of.rows} × {of.cols} {of.sourceType} to {of.type}
      </h2>
      <Histogram of={of} />
      <p className="note">
        Largest:{' '}
        {of.outliers
          .map((o) => `${short(o.before)} → ${short(o.after)} (row ${o.row}, column ${o.col})`)
          .join('; ')}
      </p>
      <Place level={level} of={of} />
      <Block of={of} />
      <button type="button" onClick={closeInspection}>
        Close the tensor
      </button>
    </section>
  );
}

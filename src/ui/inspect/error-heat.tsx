import { type CSSProperties, lazy, Suspense, useState } from 'react';
import { inspect } from '../../store/work/actions';
import { type ErrorCell, errorMap } from '../../store/results/error-map';
import { visible } from '../../util/foreign-text';
import { Choice } from '../kit/choice';
import { Foreign } from '../kit/foreign';
import { ScrollRegion } from '../kit/scroll-region';
import { useStudio } from '../kit/use-studio';

const TensorView = lazy(() => import('./tensor-view').then((m) => ({ default: m.TensorView })));

const percent = (v: number) => `${(100 * v).toFixed(v < 0.01 ? 2 : 1)} %`;

function Cell({ level, cell, largest }: { level: string; cell: ErrorCell | null; largest: number }) {
  if (!cell) return <td />;
  const heat = { '--heat': `${Math.round((40 * cell.relative) / largest)}%` } as CSSProperties;
  return (
    <td className="num heat" style={heat} title={visible(`${cell.name}, ${cell.type}`)}>
      <button type="button" className="plain" onClick={() => void inspect(level, cell.name)}>
        {percent(cell.relative)}
      </button>
    </td>
  );
}

/** Heat map of the quantization error of every tensor: layers as rows, kinds of tensors as columns. */
export function ErrorHeat() {
  const levels = useStudio((s) => s.levels);
  const [chosen, setChosen] = useState('');
  const types = Object.keys(levels).filter((type) => levels[type]!.errors.some((e) => e.squaredError > 0));
  const type = types.includes(chosen) ? chosen : types[0];
  if (type === undefined) return null;
  const { kinds, layers, others, largest } = errorMap(levels[type]!.errors);
  return (
    <details>
      <summary>Where the error is: layers and tensors</summary>
      <Choice label="Level" name="Level of the map" options={types} value={type} onChoose={setChosen} />
      <ScrollRegion label="Map of errors" tall>
        <table data-testid="heat">
          <caption>RMS error of each tensor over the RMS of its weights; a figure opens the tensor</caption>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              {kinds.map((kind) => (
                <th scope="col" className="num" key={kind}>
                  <Foreign text={kind} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {layers.map(({ layer, cells }) => (
              <tr key={layer}>
                <th scope="row">{layer}</th>
                {cells.map((cell, i) => (
                  <Cell key={kinds[i]} level={type} cell={cell} largest={largest} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {others.length > 0 && (
          <p className="note">
            <Foreign text={others.map((c) => `${c.name} ${percent(c.relative)} (${c.type})`).join(', ')} />
          </p>
        )}
      </ScrollRegion>
      <Suspense fallback={<p className="empty">Drawing…</p>}>
        <TensorView level={type} />
      </Suspense>
    </details>
  );
}

import { Foreign } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { ScrollRegion } from '../kit/scroll-region';

/** RMSE of each tensor at each prepared level, measured on the GPU. */
export function ErrorTable() {
  const levels = useStudio((s) => s.levels);
  const types = Object.keys(levels);
  const names = levels[types[0] ?? '']?.errors.map((e) => e.name) ?? [];
  if (names.length === 0) return null;
  const maps = types.map((type) => new Map(levels[type]!.errors.map((e) => [e.name, e])));
  return (
    <details>
      <summary>Error per tensor (RMSE)</summary>
      <ScrollRegion label="Table of errors" tall>
        <table>
          <thead>
            <tr>
              <th scope="col">Tensor</th>
              {types.map((type) => (
                <th scope="col" className="num" key={type}>
                  {type}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">
                  <Foreign text={name} />
                </th>
                {maps.map((map, i) => (
                  <td className="num" key={types[i]} title={map.get(name)?.type}>
                    {map.get(name)?.rmse.toExponential(2)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </details>
  );
}

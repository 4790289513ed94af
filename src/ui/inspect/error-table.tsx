import { Foreign } from '../kit/foreign';
import { ScrollRegion } from '../kit/scroll-region';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { exponential } from '../kit/numerals';

/** RMSE of each tensor at each level that is made, measured on the GPU. */
export function ErrorTable() {
  const levels = useStudio((s) => s.levels);
  const words = useWords().inspect;
  const types = Object.keys(levels);
  const names = levels[types[0] ?? '']?.errors.map((e) => e.name) ?? [];
  const maps = types.map((type) => new Map(levels[type]!.errors.map((e) => [e.name, e])));
  return (
    <section className="panel errors" aria-labelledby="errors-title">
      <div className="ph">
        <h2 id="errors-title">{words.tableTitle}</h2>
      </div>
      <ScrollRegion label={words.tableLabel}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.kind}</th>
              {types.map((type) => (
                <th scope="col" className="n" key={type}>
                  {type}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row" className="mono">
                  <Foreign text={name} />
                </th>
                {maps.map((map, i) => {
                  const found = map.get(name);
                  return (
                    <td className="n" key={types[i]} title={found?.type}>
                      {found && exponential(found.rmse, 2).replace('-', '−')}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}

import { Link } from 'wouter';
import { usePaths } from '../route/use-address';
import { useStudio } from '../kit/use-studio';
import { megaOrGiga } from '../kit/units';
import { useWords } from '../words/use-words';
import { fixed } from '../kit/numerals';

/** Measured speed of each level beside the limit that this device's memory and dispatches set. */
export function Limits() {
  const runs = useStudio((s) => s.runs);
  const hasModel = useStudio((s) => s.model !== null);
  const words = useWords().device;
  const pathTo = usePaths();
  return (
    <section className="panel" aria-labelledby="limits-title">
      <div className="ph">
        <h2 id="limits-title">{words.limits}</h2>
      </div>
      {runs.length === 0 ? (
        <div className="pb">
          <p className="sub">{words.noRuns}</p>
          {hasModel && (
            <p>
              <Link className="btn" href={pathTo('compare')}>
                {words.measure}
              </Link>
            </p>
          )}
        </div>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{words.level}</th>
              <th scope="col" className="n">
                {words.speed}
              </th>
              <th scope="col" className="n">
                {words.limit}
              </th>
              <th scope="col" className="n">
                {words.reached}
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.map(({ type, speed, bound }) => {
              const measured = speed.tokensPerSecond.median;
              const limit = Math.min(bound.byBytes, bound.byDispatches);
              const share = measured / limit;
              return (
                <tr key={type}>
                  <th scope="row">{type}</th>
                  <td className="n">{fixed(measured, 1)}</td>
                  <td className="n" title={words.boundHelp(megaOrGiga(bound.bytesPerToken))}>
                    {fixed(limit, 1)} {words.bound[bound.binds]}
                  </td>
                  <td className="n">
                    <span className="meter" aria-hidden="true">
                      <i className="fill" style={{ width: `${Math.min(100, 100 * share)}%` }} />
                    </span>
                    <span>{fixed(100 * share, 0)} %</span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

import { releaseLevel } from '../../store/work/actions';
import { Foreign } from '../kit/foreign';
import { megaOrGiga } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { fixed, whole } from '../kit/numerals';

/** GPU memory by its owners, and the way to have it back. */
export function Memory() {
  const memory = useStudio((s) => s.memory);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().device;
  if (!memory) return null;
  return (
    <section className="panel" aria-labelledby="memory-title">
      <div className="ph">
        <h2 id="memory-title">{words.memory}</h2>
        <span className="push" />
        <span className="cap" data-testid="memory">
          <b>{megaOrGiga(memory.currentBytes)}</b> {words.inUse}, <b>{megaOrGiga(memory.peakBytes)}</b>{' '}
          {words.atMost}
        </span>
      </div>
      {memory.owners.length === 0 ? (
        <p className="pb sub">{words.nobody}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{words.owner}</th>
              <th scope="col" className="n">
                {words.bytes}
              </th>
            </tr>
          </thead>
          <tbody>
            {memory.owners.map((o) => (
              <tr key={o.owner}>
                <th scope="row">
                  <Foreign text={o.owner} />
                </th>
                <td className="n" title={whole(o.sizeBytes)}>
                  {fixed(o.sizeBytes / 1e6, 2)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {memory.levels.length > 0 && (
        <p className="pb acts">
          {memory.levels.map((type) => (
            <button
              className="btn"
              type="button"
              key={type}
              disabled={busy}
              onClick={() => void releaseLevel(type)}
            >
              {words.freeLevel(type)}
            </button>
          ))}
        </p>
      )}
    </section>
  );
}

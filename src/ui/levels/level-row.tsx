import type { PlanRow } from '../../studio/summary';
import { releaseLevel, toggleLevel } from '../../store/work/actions';
import { exportLevels, keepLevel } from '../../store/work/exports';
import { formatBytes } from '../../util/bytes';
import { Foreign } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';

/** Lines that open under their title; nothing when there are none. */
function Lines(props: { title: string; lines: readonly string[] }) {
  if (props.lines.length === 0) return null;
  return (
    <details className="fallbacks">
      <summary>{props.title}</summary>
      <ul>
        {props.lines.map((line) => (
          <li key={line}>
            <Foreign text={line} />
          </li>
        ))}
      </ul>
    </details>
  );
}

export function LevelRow({ row }: { row: PlanRow }) {
  const checked = useStudio((s) => s.selected.includes(row.type));
  const level = useStudio((s) => s.levels[row.type]);
  const exported = useStudio((s) => s.exports[row.type]);
  const resident = useStudio((s) => s.memory?.levels.includes(row.type) ?? false);
  const storageDenied = useStudio((s) => s.library.denied);
  const allowed = row.refusal === null;
  const blocked = useStudio((s) => s.job !== null || s.noGpu !== null);
  return (
    <tr className={allowed ? '' : 'refused'} data-level={row.type}>
      <th scope="row">
        <label className="check">
          <input
            type="checkbox"
            checked={checked && allowed}
            disabled={!allowed}
            onChange={() => toggleLevel(row.type)}
          />
          <span>
            <b>{row.type}</b> {row.alias && <small>{row.alias.name}</small>}
          </span>
        </label>
        <p className="use">
          <Foreign text={row.refusal ?? row.use} />
        </p>
        <details className="structure">
          <summary>How it stores weights</summary>
          <p>{row.structure}</p>
          {row.alias && (
            <p>
              {row.alias.name}: {row.alias.difference}
            </p>
          )}
        </details>
        {allowed && (
          <Lines
            title={`${row.fallbacks.length} ${row.fallbacks.length === 1 ? 'tensor falls' : 'tensors fall'} back`}
            lines={row.fallbacks}
          />
        )}
        {allowed && (
          <Lines
            title={`${row.notes.length} ${row.notes.length === 1 ? 'thing' : 'things'} to know`}
            lines={row.notes}
          />
        )}
      </th>
      <td className="num" data-label="File" title={`${row.fileBytes} bytes`}>
        {formatBytes(row.fileBytes)}
      </td>
      <td className="num" data-label="bpw">
        {row.bitsPerWeight.toFixed(2)}
      </td>
      <td
        className="num"
        data-label="GPU memory"
        title={`weights ${formatBytes(row.weightBytes)}, cache and work space ${formatBytes(row.runtimeBytes)}`}
      >
        {formatBytes(row.weightBytes + row.runtimeBytes)}
      </td>
      <td className="num" data-label={level ? 'Error' : undefined}>
        {level ? `${(100 * level.error).toFixed(3)} %` : ''}
      </td>
      <td>
        {resident ? (
          <button
            type="button"
            disabled={blocked}
            onClick={() => void releaseLevel(row.type)}
            title="It is on the GPU; give the memory back"
          >
            Release
          </button>
        ) : level ? (
          `measured, released`
        ) : (
          ''
        )}
      </td>
      <td>
        <button
          type="button"
          disabled={blocked || !allowed}
          onClick={() => void exportLevels([row.type])}
          aria-label={`Download ${row.type} GGUF`}
        >
          Download
        </button>{' '}
        {!storageDenied && (
          <button
            type="button"
            disabled={blocked || !allowed}
            onClick={() => void keepLevel(row.type)}
            aria-label={`Keep ${row.type} GGUF in this browser`}
            title="Write it into this browser's own storage, to open it again another day"
          >
            Keep
          </button>
        )}
        {exported && (
          <details className="hash">
            <summary>written, sha256</summary>
            <code data-testid={`sha256-${row.type}`}>{exported.sha256}</code>
            <p>{exported.checkedBlocks} blocks compared with the reference codec: all equal.</p>
          </details>
        )}
      </td>
    </tr>
  );
}

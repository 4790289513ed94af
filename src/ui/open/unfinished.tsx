import type { UnfinishedExport } from '../../browser/disk/unfinished';
import { goOn } from '../../store/model/go-on';
import { deleteUnfinished } from '../../store/work/exports';
import { formatBytes } from '../../util/bytes';
import { useStudio } from '../kit/use-studio';

function stateOf({ files }: UnfinishedExport): string {
  const whole = files.filter(({ state }) => state !== 'begun').length;
  const begun = files.find(({ state, doneBytes }) => state === 'begun' && doneBytes > 0);
  const parts = files.length > 1 ? [`${whole} of ${files.length} files are written`] : [];
  if (begun)
    parts.push(`${formatBytes(begun.doneBytes)} of ${formatBytes(begun.fileBytes)} of ${begun.name}`);
  if (whole === files.length) parts.push('written, but not saved yet');
  return parts.join(', ') || 'not begun';
}

/** Exports that a closed or killed tab left: they go on in one click, or are deleted. */
export function Unfinished() {
  const unfinished = useStudio((s) => s.library.unfinished);
  const busy = useStudio((s) => s.job !== null);
  if (unfinished.length === 0) return null;
  return (
    <div className="library unfinished">
      <h2>Not finished</h2>
      <ul>
        {unfinished.map((entry) => {
          const names = entry.files.map(({ name }) => name).join(', ');
          return (
            <li key={entry.id}>
              <bdi>{names}</bdi>
              <span className="note">
                {stateOf(entry)}; from <bdi>{entry.opened.label}</bdi>
              </span>
              <button
                type="button"
                aria-label={`Go on with ${names}`}
                disabled={busy}
                onClick={() => void goOn(entry)}
              >
                {entry.files.every(({ state }) => state !== 'begun') ? 'Save' : 'Go on'}
              </button>
              <button
                type="button"
                aria-label={`Delete what is written of ${names}`}
                disabled={busy}
                onClick={() => void deleteUnfinished(entry.id)}
              >
                Delete
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

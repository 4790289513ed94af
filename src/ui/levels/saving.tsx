import { answerConsent, exportLevels, setDirect } from '../../store/work/exports';
import { formatBytes } from '../../util/bytes';
import { useStudio } from '../kit/use-studio';

/** Downloads all selected levels. */
export function DownloadSelected() {
  const selected = useStudio((s) => s.selected);
  const blocked = useStudio((s) => s.job !== null || s.noGpu !== null);
  if (selected.length < 2) return null;
  return (
    <button type="button" disabled={blocked} onClick={() => void exportLevels(selected)}>
      Download {selected.length} levels
    </button>
  );
}

/** A choice for browsers with a save dialog, and the question when there is no room for two copies. */
export function Saving() {
  const direct = useStudio((s) => s.direct);
  const consent = useStudio((s) => s.consent);
  const busy = useStudio((s) => s.job !== null);
  return (
    <>
      {'showSaveFilePicker' in window && (
        <label className="check">
          <input
            type="checkbox"
            checked={direct}
            disabled={busy}
            onChange={(e) => setDirect(e.currentTarget.checked)}
          />
          Write straight into the chosen file: takes half the space while it writes, but what a closed tab had
          written is lost
        </label>
      )}
      {consent && (
        <div className="problem" role="alert">
          <p>
            <strong>{consent.names.join(', ')}: there is no room for a copy that survives this tab.</strong>{' '}
            It takes {formatBytes(consent.wantedBytes)} in this browser’s storage, which grants{' '}
            {formatBytes(consent.roomBytes)}. Written straight into the chosen place it cannot be gone on
            with: if this tab is closed or killed, it begins again.
          </p>
          <button type="button" disabled={busy} onClick={() => void answerConsent(true)}>
            Write it directly
          </button>
          <button type="button" onClick={() => void answerConsent(false)}>
            Do not
          </button>
        </div>
      )}
    </>
  );
}

import { useEffect } from 'react';
import { deleteDownload, deleteKept, forget, openKept, reopen } from '../../store/model/library';
import type { Download } from '../../browser/private-store';
import { openAddress } from '../../store/model/open';
import { loadLibrary } from '../../store/model/library-storage';
import { formatBytes, formatCount } from '../../util/bytes';
import { visible } from '../../util/foreign-text';
import { Foreign } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';

/** A model of a hub that is partly here: opening it goes on from there. */
function FetchedModel({ address, fetchedBytes, totalBytes }: Download) {
  const busy = useStudio((s) => s.job !== null);
  const isWhole = fetchedBytes >= totalBytes;
  return (
    <>
      <span className="note">
        <bdi>{address}</bdi>: {isWhole ? 'all' : `${formatBytes(fetchedBytes)} of ${formatBytes(totalBytes)}`}{' '}
        of its weights
      </span>
      <button
        type="button"
        aria-label={`${isWhole ? 'Open' : 'Go on with'} ${address}`}
        disabled={busy}
        onClick={() => void openAddress(address)}
      >
        {isWhole ? 'Open' : 'Go on'}
      </button>
    </>
  );
}

/** Earlier models, downloads and kept files; empty when there are none. */
export function Library() {
  const library = useStudio((s) => s.library);
  const busy = useStudio((s) => s.job !== null);
  useEffect(() => void loadLibrary(), []);
  const { entries, newer, kept, downloads, usedBytes, quotaBytes, denied } = library;
  if (denied)
    return <p className="note">This browser lets the page keep nothing: models are not listed here again.</p>;
  if (entries.length + newer + kept.length + downloads.length === 0) return null;
  return (
    <div className="library">
      {entries.length > 0 && (
        <>
          <h2>Opened before</h2>
          <ul>
            {entries.map((entry) => (
              <li key={entry.id}>
                <button type="button" className="link" disabled={busy} onClick={() => void reopen(entry)}>
                  <Foreign text={entry.label} />
                </button>
                <span className="note">
                  <Foreign text={entry.architecture} />, {formatCount(entry.parameters)},{' '}
                  {formatBytes(entry.sizeBytes)}
                  {entry.kind === 'hub' ? ', Hugging Face' : ''}
                </span>
                <button
                  type="button"
                  aria-label={`Forget ${visible(entry.label)}`}
                  onClick={() => void forget(entry.id)}
                >
                  Forget
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {newer > 0 && (
        <p className="note">
          {newer} more {newer === 1 ? 'was' : 'were'} noted by a newer version of this page. Reload to get it.
        </p>
      )}
      {kept.length > 0 && (
        <>
          <h2>Kept in this browser</h2>
          <ul>
            {kept.map((file) => (
              <li key={file.name}>
                <button
                  type="button"
                  className="link"
                  disabled={busy}
                  onClick={() => void openKept(file.name)}
                >
                  <Foreign text={file.name} />
                </button>
                <span className="note">{formatBytes(file.sizeBytes)}</span>
                <button
                  type="button"
                  aria-label={`Delete ${visible(file.name)}`}
                  disabled={busy}
                  onClick={() => void deleteKept(file.name)}
                >
                  Delete
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {downloads.length > 0 && (
        <>
          <h2>Fetched from Hugging Face</h2>
          <ul>
            {downloads.map((download) => (
              <li key={download.repository}>
                <span>
                  <Foreign text={download.repository} />
                </span>
                <span className="note">{formatBytes(download.sizeBytes)} are not fetched again</span>
                {download.models.map((model) => (
                  <FetchedModel key={model.address} {...model} />
                ))}
                <button
                  type="button"
                  aria-label={`Delete what was fetched of ${visible(download.repository)}`}
                  disabled={busy}
                  onClick={() => void deleteDownload(download.repository)}
                >
                  Delete
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {quotaBytes > 0 && (
        <p className="note">
          {formatBytes(usedBytes)} of {formatBytes(quotaBytes)} that the browser grants are used.
        </p>
      )}
    </div>
  );
}

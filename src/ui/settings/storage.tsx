import { useEffect } from 'react';
import type { Download } from '../../browser/private-store';
import { deleteDownload, deleteKept, forget, openKept, reopen } from '../../store/model/library';
import { loadLibrary } from '../../store/model/library-storage';
import { openAddress } from '../../store/model/open';
import { visible } from '../../util/foreign-text';
import { Foreign } from '../kit/foreign';
import { megaOrGiga, weights } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** A model of a hub that is partly here: opening it goes on from there. */
function FetchedModel({ address, fetchedBytes, totalBytes }: Download) {
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().library;
  const isWhole = fetchedBytes >= totalBytes;
  return (
    <>
      <span className="cap">
        <bdi>{address}</bdi>:{' '}
        {isWhole ? words.whole : words.part(megaOrGiga(fetchedBytes), megaOrGiga(totalBytes))}
      </span>
      <button
        className="btn"
        type="button"
        aria-label={isWhole ? words.open(address) : words.goOn(address)}
        disabled={busy}
        onClick={() => void openAddress(address)}
      >
        {isWhole ? words.openShort : words.goOnShort}
      </button>
    </>
  );
}

function Opened() {
  const entries = useStudio((s) => s.library.entries);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().library;
  if (entries.length === 0) return null;
  return (
    <section className="panel list" data-list="opened">
      <h2>{words.opened}</h2>
      <ul>
        {entries.map((entry) => (
          <li key={entry.id}>
            <button className="link" type="button" disabled={busy} onClick={() => void reopen(entry)}>
              <Foreign text={entry.label} />
            </button>
            <span className="cap">
              <Foreign text={entry.architecture} />, {weights(entry.parameters)},{' '}
              {megaOrGiga(entry.sizeBytes)}
              {entry.kind === 'hub' && `, ${words.hub}`}
            </span>
            <button
              className="btn"
              type="button"
              aria-label={words.forget(visible(entry.label))}
              onClick={() => void forget(entry.id)}
            >
              {words.forgetShort}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Kept() {
  const kept = useStudio((s) => s.library.kept);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().library;
  if (kept.length === 0) return null;
  return (
    <section className="panel list" data-list="kept">
      <h2>{words.kept}</h2>
      <ul>
        {kept.map((file) => (
          <li key={file.name}>
            <button className="link" type="button" disabled={busy} onClick={() => void openKept(file.name)}>
              <Foreign text={file.name} />
            </button>
            <span className="cap" title={words.bytes(file.sizeBytes)}>
              {megaOrGiga(file.sizeBytes)}
            </span>
            <button
              className="btn"
              type="button"
              aria-label={words.remove(visible(file.name))}
              disabled={busy}
              onClick={() => void deleteKept(file.name)}
            >
              {words.removeShort}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fetched() {
  const downloads = useStudio((s) => s.library.downloads);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().library;
  if (downloads.length === 0) return null;
  return (
    <section className="panel list" data-list="fetched">
      <h2>{words.fetched}</h2>
      <ul>
        {downloads.map((download) => (
          <li key={download.repository}>
            <span>
              <Foreign text={download.repository} />
            </span>
            <span className="cap">{words.notAgain(megaOrGiga(download.sizeBytes))}</span>
            {download.models.map((model) => (
              <FetchedModel key={model.address} {...model} />
            ))}
            <button
              className="btn"
              type="button"
              aria-label={words.removeFetched(visible(download.repository))}
              disabled={busy}
              onClick={() => void deleteDownload(download.repository)}
            >
              {words.removeShort}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** All that this browser keeps for the page, and the way to get rid of it. */
export function Storage() {
  const { newer, usedBytes, quotaBytes, denied } = useStudio((s) => s.library);
  const words = useWords().library;
  useEffect(() => void loadLibrary(), []);
  if (denied) return <p className="cap">{words.denied}</p>;
  return (
    <>
      <Opened />
      {newer > 0 && <p className="cap">{words.newer(newer)}</p>}
      <Kept />
      <Fetched />
      {quotaBytes > 0 && (
        <p className="cap" data-testid="room">
          {words.room(megaOrGiga(usedBytes), megaOrGiga(quotaBytes))}
        </p>
      )}
    </>
  );
}

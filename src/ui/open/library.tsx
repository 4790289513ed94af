import { Link } from 'wouter';
import { openKept, reopen } from '../../store/model/library';
import { BUILT_IN, openBuiltIn } from '../../store/model/open';
import { Foreign } from '../kit/foreign';
import { ago, megaOrGiga } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { pathOf } from '../route/routes';
import { useWords } from '../words/use-words';

const MOST_RECENT = 6;

/** Models that were open before, and files that this browser keeps. All of them, and what they take, are in Settings. */
export function Library() {
  const { entries, newer, kept, denied } = useStudio((s) => s.library);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().library;
  return (
    <section aria-labelledby="recent" className="recent">
      <h2 id="recent">{words.recent}</h2>
      <ul>
        {entries.slice(0, MOST_RECENT).map((entry) => (
          <li key={entry.id}>
            <button type="button" disabled={busy} onClick={() => void reopen(entry)}>
              <b>
                <Foreign text={entry.label} />
              </b>
              <span>{entry.kind === 'hub' ? words.hub : entry.architecture}</span>
              <span className="n">{megaOrGiga(entry.sizeBytes)}</span>
              <span>{ago(entry.openedMs, Date.now())}</span>
            </button>
          </li>
        ))}
        {kept.map((file) => (
          <li key={file.name}>
            <button type="button" disabled={busy} onClick={() => void openKept(file.name)}>
              <b>
                <Foreign text={file.name} />
              </b>
              <span>{words.saved}</span>
              <span className="n">{megaOrGiga(file.sizeBytes)}</span>
              <span />
            </button>
          </li>
        ))}
        <li>
          <button type="button" disabled={busy} onClick={() => void openBuiltIn()}>
            <b>{BUILT_IN}</b>
            <span>{words.builtIn}</span>
            <span className="n">{words.builtInSize}</span>
            <span />
          </button>
        </li>
      </ul>
      {denied && <p className="cap">{words.denied}</p>}
      {newer > 0 && <p className="cap">{words.newer(newer)}</p>}
      <p className="cap">
        <Link href={pathOf('settings')}>{words.manage}</Link>
      </p>
    </section>
  );
}

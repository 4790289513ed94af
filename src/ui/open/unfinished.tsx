import type { UnfinishedExport } from '../../browser/disk/unfinished';
import { goOn } from '../../store/model/go-on';
import { deleteUnfinished } from '../../store/work/exports';
import { megaOrGiga } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import type { Words } from '../words/en';
import { useWords } from '../words/use-words';

function stateOf({ files }: UnfinishedExport, words: Words['unfinished']): string {
  const whole = files.filter(({ state }) => state !== 'begun').length;
  const begun = files.find(({ state, doneBytes }) => state === 'begun' && doneBytes > 0);
  const parts = files.length > 1 ? [words.written(whole, files.length)] : [];
  if (begun) parts.push(words.part(megaOrGiga(begun.doneBytes), megaOrGiga(begun.fileBytes), begun.name));
  if (whole === files.length) parts.push(words.notSaved);
  return parts.join(', ') || words.notBegun;
}

/** Exports that a closed or killed tab left: they go on in one click, or are deleted. */
export function Unfinished() {
  const unfinished = useStudio((s) => s.library.unfinished);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().unfinished;
  if (unfinished.length === 0) return null;
  return (
    <section className="panel list unfinished" aria-labelledby="unfinished-title">
      <h2 id="unfinished-title">{words.title}</h2>
      <ul>
        {unfinished.map((entry) => {
          const names = entry.files.map(({ name }) => name).join(', ');
          const isWritten = entry.files.every(({ state }) => state !== 'begun');
          return (
            <li key={entry.id}>
              <b>
                <bdi>{names}</bdi>
              </b>
              <span className="cap">
                {stateOf(entry, words)}; {words.from} <bdi>{entry.opened.label}</bdi>
              </span>
              <button
                className="btn main"
                type="button"
                aria-label={words.goOn(names)}
                disabled={busy}
                onClick={() => void goOn(entry)}
              >
                {isWritten ? words.save : words.goOnShort}
              </button>
              <button
                className="btn"
                type="button"
                aria-label={words.remove(names)}
                disabled={busy}
                onClick={() => void deleteUnfinished(entry.id)}
              >
                {words.removeShort}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

import type { FoundRepository } from '../../files/hub/catalog';
import { weights } from '../kit/units';
import { languageNow } from '../words/language';
import { useWords } from '../words/use-words';

const compact = (n: number): string =>
  new Intl.NumberFormat(languageNow(), { notation: 'compact', maximumFractionDigits: 1 }).format(n);

interface Props {
  /** Null until the hub has answered. */
  readonly found: readonly FoundRepository[] | null;
  readonly chosen: string | null;
  readonly isFailed: boolean;
  choose(repository: string): void;
}

/** Repositories that a search found. */
export function FoundList({ found, chosen, isFailed, choose }: Props) {
  const words = useWords().open.hub;
  const count =
    found === null ? words.searching : found.length === 0 ? words.none : words.found(found.length);
  return (
    <div className="found">
      <p className="cap" role="status">
        {isFailed ? '' : count}
      </p>
      <ul>
        {found?.map(({ repository, parameters, downloads, has, isGated, license }) => {
          const [organization, name] = repository.split('/');
          const facts = [
            organization,
            ...has,
            ...(parameters === null ? [] : [words.weights(weights(parameters))]),
            ...(license === null ? [] : [license]),
            ...(downloads === null ? [] : [words.downloads(compact(downloads))]),
          ];
          return (
            <li key={repository}>
              <button
                type="button"
                aria-pressed={repository === chosen}
                onClick={() => choose(repository)}
                title={repository}
              >
                <b>{name}</b>
                {isGated && <span className="tag">{words.gated}</span>}
                <small>{facts.join(', ')}</small>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

import type { OfferedRepository } from '../../worker/protocol';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { megaOrGiga } from '../kit/units';
import { useSettings } from '../kit/use-settings';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { whole } from '../kit/numerals';

/** True if the weights alone have room in the GPU memory that the person stated; null where they stated none. */
function Fit({ sizeBytes }: { sizeBytes: number }) {
  const memory = useSettings((s) => s.gpuMemoryBytes);
  const words = useWords().open.hub;
  if (memory === null) return null;
  const isFitting = sizeBytes <= memory;
  return (
    <span className={isFitting ? 'is ok' : 'is bad'} title={words.fitHelp}>
      <Icon name={isFitting ? 'check' : 'x'} />
      {isFitting ? words.fits : words.tooLarge(megaOrGiga(sizeBytes - memory))}
    </span>
  );
}

function Row({ offer, open }: { offer: OfferedRepository['offers'][number]; open(address: string): void }) {
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().open.hub;
  const isCheckpoint = offer.container !== 'GGUF';
  return (
    <tr>
      <th scope="row" title={offer.name}>
        <b>{isCheckpoint ? words.checkpoint : (offer.level ?? <Foreign text={offer.name} />)}</b>
        <small>
          {isCheckpoint ? offer.container : offer.level !== null && <Foreign text={offer.name} />}
          {offer.files > 1 && `, ${words.parts(offer.files)}`}
        </small>
      </th>
      <td className="n" title={whole(offer.sizeBytes)}>
        {megaOrGiga(offer.sizeBytes)}
      </td>
      <td className="fit">
        <Fit sizeBytes={offer.sizeBytes} />
      </td>
      <td className="n">
        <button
          className="btn"
          type="button"
          disabled={busy}
          aria-label={words.openThis(offer.name)}
          onClick={() => open(offer.address)}
        >
          {words.open}
        </button>
      </td>
    </tr>
  );
}

interface Props {
  /** Null until the hub has answered. */
  readonly repository: OfferedRepository | null;
  open(address: string): void;
}

/** Models of a repository, with their sizes; nothing of their weights is read before one is opened. */
export function Offers({ repository, open }: Props) {
  const words = useWords().open.hub;
  if (!repository) return <p className="cap">{words.searching}</p>;
  return (
    <>
      <p className="cap">
        <a href={repository.page} target="_blank" rel="noreferrer noopener">
          {repository.repository}
        </a>
      </p>
      {repository.offers.length === 0 ? (
        <p>{words.nothing}</p>
      ) : (
        <>
          <table>
            <thead className="visually">
              <tr>
                <th scope="col">{words.files}</th>
                <th scope="col">{words.size}</th>
                <td />
                <td />
              </tr>
            </thead>
            <tbody>
              {repository.offers.map((offer) => (
                <Row key={offer.address} offer={offer} open={open} />
              ))}
            </tbody>
          </table>
          <p className="cap">{words.notRead}</p>
        </>
      )}
    </>
  );
}

/** The way into a repository whose makers ask for something first. */
export function Gated({ page }: { page: string }) {
  const words = useWords().open.hub;
  return (
    <p className="is warn">
      <Icon name="lock" />
      <span>
        {words.gatedWhy}{' '}
        <a href={page} target="_blank" rel="noreferrer noopener">
          {words.terms}
        </a>
        , {words.thenToken}
      </span>
    </p>
  );
}

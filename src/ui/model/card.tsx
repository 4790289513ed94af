import type { Origin } from '../../studio/card';
import { Foreign, ForeignText } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** Host of an address that a file names, if it is one that a person may go to. */
function hostOf(url: string): string | null {
  try {
    const { protocol, host } = new URL(url);
    return protocol === 'https:' || protocol === 'http:' ? host : null;
  } catch {
    return null;
  }
}

/** A name that leads to an address of a file, whose host is shown; plain where the address is none. */
function Outside({ name, url }: { name: string; url: string | null }) {
  const host = url === null ? null : hostOf(url);
  if (url === null || host === null) return <Foreign text={name} />;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener" title={url}>
      <Foreign text={name === url ? host : `${name} (${host})`} />
    </a>
  );
}

function Origins({ label, of }: { label: string; of: readonly Origin[] }) {
  if (of.length === 0) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {of.map(({ name, organization, url }, i) => (
          <span key={`${name}-${url}`}>
            {i > 0 && ', '}
            <Outside name={organization ? `${name}, ${organization}` : name} url={url} />
          </span>
        ))}
      </dd>
    </>
  );
}

function Tags({ label, of }: { label: string; of: readonly string[] }) {
  if (of.length === 0) return null;
  return (
    <ul className="tags" aria-label={label}>
      {[...new Set(of)].map((tag) => (
        <li className="tag" key={tag}>
          <Foreign text={tag} />
        </li>
      ))}
    </ul>
  );
}

/** The model's word on itself. */
export function Card() {
  const card = useStudio((s) => s.model?.card);
  const hasTemplate = useStudio((s) => s.model?.hasChatTemplate ?? false);
  const words = useWords().model.card;
  if (!card) return null;
  const by = [card.author, card.organization].filter((name) => name !== null).join(', ');
  const license = card.licenseName ?? card.license;
  const isEmpty =
    card.description === null &&
    by === '' &&
    license === null &&
    card.sourceUrl === null &&
    card.tags.length === 0;
  const row = (label: string, value: string | null, url: string | null = null) =>
    value ? (
      <>
        <dt>{label}</dt>
        <dd>
          <Outside name={value} url={url} />
        </dd>
      </>
    ) : null;
  return (
    <section className="panel" aria-labelledby="card-title">
      <div className="ph">
        <h2 id="card-title">{words.title}</h2>
      </div>
      <div className="pb stack">
        {card.description && (
          <p>
            <ForeignText text={card.description} />
          </p>
        )}
        {isEmpty && <p className="sub">{words.none}</p>}
        <Tags label={words.tags} of={card.tags} />
        <Tags label={words.languages} of={card.languages} />
        <dl className="pairs">
          {row(words.license, license, card.licenseUrl)}
          {row(words.by, by)}
          {row(words.version, card.version)}
          {row(words.quantizedBy, card.quantizedBy)}
          {row(words.source, card.sourceUrl, card.sourceUrl)}
          <Origins label={words.base} of={card.baseModels} />
          <Origins label={words.data} of={card.datasets} />
          <dt>{words.template}</dt>
          <dd>{hasTemplate ? words.hasTemplate : words.noTemplate}</dd>
        </dl>
      </div>
    </section>
  );
}

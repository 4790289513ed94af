import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { ScoredToken } from '../../infer/scored-token';
import { firstDifference } from '../../store/results/series';
import { MOST_BESIDE, writeBeside } from '../../store/work/beside';
import { Dot, familyOf } from '../kit/family';
import { ForeignText } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { megaOrGiga } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { pathOf } from '../route/routes';
import { useAddress } from '../route/use-address';
import { useWords } from '../words/use-words';
import { fixed } from '../kit/numerals';

type Tokens = readonly ScoredToken[];
const percent = (p: number) => `${fixed(100 * p, p < 0.1 ? 1 : 0)} %`;

/** A text by tokens, each with its probability on hover; from where it parts, what differs is marked. */
function Written({ tokens, other, from }: { tokens: Tokens; other: Tokens | null; from: number }) {
  return (
    <p className="txt">
      {tokens.map((token, i) => {
        const isOwn = other !== null && i >= from && other[i]?.id !== token.id;
        const Tag = isOwn ? 'mark' : 'span';
        return (
          <Tag
            // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
            key={i}
            className={isOwn && i === from ? 'first' : undefined}
            title={percent(token.probability)}
          >
            <ForeignText text={token.text} />
          </Tag>
        );
      })}
    </p>
  );
}

function Lane({
  type,
  tokens,
  first,
}: {
  type: string;
  tokens: Tokens;
  first: { type: string; tokens: Tokens };
}) {
  const words = useWords().compare;
  const fileBytes = useStudio((s) => s.plan.find((p) => p.type === type)?.fileBytes ?? 0);
  const isFirst = type === first.type;
  const at = isFirst ? tokens.length : firstDifference([first.tokens, tokens]);
  const isSame = at === tokens.length && at === first.tokens.length;
  const [own, other] = [tokens[at], first.tokens[at]];
  return (
    <section
      className="panel lane"
      aria-label={words.writtenAt(type)}
      data-side={type}
      data-parts={isSame ? '' : at}
    >
      <header>
        <Dot family={familyOf(type)} />
        <h2>{type}</h2>
        <span className="push" />
        <span className="cap">{megaOrGiga(fileBytes)}</span>
      </header>
      <Written tokens={tokens} other={isFirst ? null : first.tokens} from={at} />
      <p className="cap">
        {isFirst
          ? words.sideTokens(
              tokens.length,
              percent(tokens.reduce((n, t) => n + t.probability, 0) / (tokens.length || 1)),
            )
          : isSame
            ? words.noDifference(at)
            : words.partsAt(at + 1)}
        {!isFirst && own && other && (
          <>
            {': '}
            <ForeignText text={own.text.trim()} /> {fixed(own.probability, 2)},{' '}
            <ForeignText text={other.text.trim()} /> {fixed(other.probability, 2)}
          </>
        )}
      </p>
    </section>
  );
}

const START = 'Once upon a time';

/** One prompt at several levels, and where their texts part. */
export function SideBySide() {
  const words = useWords().compare;
  const { modelId } = useAddress();
  const plan = useStudio((s) => s.plan);
  const selected = useStudio((s) => s.selected);
  const side = useStudio((s) => s.side);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => s.noGpu !== null || s.model?.blocked !== null);
  const hasChat = useStudio((s) => s.model?.hasChatTemplate === true);
  const [text, setText] = useState(START);
  const [isMessage, setMessage] = useState(false);
  const [maxTokens, setMaxTokens] = useState(64);
  const types = plan
    .filter((p) => p.refusal === null && selected.includes(p.type))
    .map((p) => p.type)
    .slice(0, MOST_BESIDE);
  const [first] = side;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') void writeBeside(types, { text, isMessage: isMessage && hasChat, maxTokens });
  };
  return (
    <>
      <p className="cap">
        {words.sideSub(types, MOST_BESIDE)}{' '}
        <Link className="link" href={pathOf('levels', modelId ?? '')}>
          {words.chooseLevels}
        </Link>
      </p>
      <form className="prompt-row" onSubmit={send}>
        <textarea
          className="field"
          aria-label={words.prompt}
          rows={2}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
        />
        {hasChat && (
          <select
            className="field"
            aria-label={words.promptKind}
            value={isMessage ? 'message' : 'text'}
            onChange={(e) => setMessage(e.currentTarget.value === 'message')}
          >
            <option value="text">{words.asText}</option>
            <option value="message">{words.asMessage}</option>
          </select>
        )}
        <label className="inl">
          <span>{words.mostTokens}</span>
          <input
            className="field count"
            type="number"
            min={1}
            max={1024}
            value={maxTokens}
            onChange={(e) =>
              setMaxTokens(Math.max(1, Math.min(1024, Math.round(e.currentTarget.valueAsNumber || 1))))
            }
          />
        </label>
        <button
          className="btn main icon"
          type="submit"
          aria-label={words.send}
          title={words.continueAt(types)}
          disabled={busy || blocked || types.length < 2 || text.trim() === ''}
        >
          <Icon name="send" />
        </button>
      </form>
      <div className="lanes" aria-live="polite">
        {first &&
          side.map(({ type, tokens }) => <Lane key={type} type={type} tokens={tokens} first={first} />)}
      </div>
    </>
  );
}

import { type FormEvent, useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { ScoredToken } from '../../infer/scored-token';
import { BUILT_IN, openBuiltIn } from '../../store/model/open';
import { firstDifference } from '../../store/results/series';
import { writeTry } from '../../store/work/actions';
import { Dot, familyOf } from '../kit/family';
import { ForeignText } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { megaOrGiga } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { pathOf } from '../route/routes';
import { useWords } from '../words/use-words';
import { fixed } from '../kit/numerals';

const LEVELS = ['F16', 'Q4_K_M'] as const;

/** An answer by tokens; those from the first that differs on are marked where the other has something else. */
function Written(props: { tokens: readonly ScoredToken[]; other: readonly ScoredToken[]; from: number }) {
  const { tokens, other, from } = props;
  const words = useWords().try;
  const isEnd = other.length === 0;
  return (
    <p className="out">
      {tokens.map((token, i) => {
        const key = `${i}`;
        if (!isEnd && i === from)
          return (
            <mark className="first" key={key} title={words.firstMark(token.text)}>
              <ForeignText text={token.text} />
            </mark>
          );
        if (!isEnd && i > from && other[i]?.text !== token.text)
          return (
            <mark key={key}>
              <ForeignText text={token.text} />
            </mark>
          );
        return <ForeignText key={key} text={token.text} />;
      })}
    </p>
  );
}

function Side({ type }: { type: (typeof LEVELS)[number] }) {
  const side = useStudio((s) => s.side);
  const fileBytes = useStudio((s) => s.plan.find((p) => p.type === type)?.fileBytes ?? 0);
  const isWriting = useStudio((s) => s.job?.level === type);
  const words = useWords().try;
  const own = side.find((s) => s.type === type)?.tokens ?? [];
  const other = side.find((s) => s.type !== type)?.tokens ?? [];
  const from = own.length > 0 && other.length > 0 ? firstDifference([own, other]) : -1;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <article aria-label={type} tabIndex={0} data-side={type}>
      <header>
        <Dot family={familyOf(type)} />
        <h2>{type}</h2>
        {isWriting && <span className="cap">{words.writing}</span>}
        <span className="push" />
        <span className="fig">{megaOrGiga(fileBytes)}</span>
      </header>
      <Written tokens={own} other={other} from={from} />
      {isWriting && <span className="caret" aria-hidden="true" />}
    </article>
  );
}

/** Places and certainty of the first token that differs. */
function Why() {
  const side = useStudio((s) => s.side);
  const words = useWords().try;
  const [first, second] = LEVELS.map((type) => side.find((s) => s.type === type)?.tokens ?? []);
  if (!first?.length || !second?.length) return <div className="why" />;
  const at = firstDifference([first, second]);
  const [a, b] = [first[at], second[at]];
  return (
    <div className="why" role="status" data-testid="try-difference">
      <dl className="facts">
        <div>
          <dt>{words.firstDifference}</dt>
          <dd>{a && b ? words.tokenOf(at + 1, first.length) : words.noDifference(first.length)}</dd>
        </div>
        {a && b && (
          <div>
            <dt>{words.sure}</dt>
            <dd>
              <ForeignText text={a.text.trim()} /> {fixed(a.probability, 2)},{' '}
              <ForeignText text={b.text.trim()} /> {fixed(b.probability, 2)}
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}

/** The built-in model at two levels, on one prompt: what a level costs, in ten seconds. */
export function TryView() {
  const words = useWords();
  const isReady = useStudio((s) => s.model?.label === BUILT_IN && s.plan.length > 0);
  const busy = useStudio((s) => s.job !== null);
  const noGpu = useStudio((s) => s.noGpu);
  const device = useStudio((s) => s.device !== null);
  const plan = useStudio((s) => s.plan);
  const [prompt, setPrompt] = useState(words.try.start);
  const [isBegun, setBegun] = useState(false);
  useEffect(() => {
    if (!isReady && !busy) void openBuiltIn();
    else if (isReady && !busy && device && !isBegun) {
      setBegun(true);
      void writeTry(LEVELS, prompt);
    }
  }, [isReady, busy, device, isBegun, prompt]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (prompt.trim() !== '') void writeTry(LEVELS, prompt);
  };
  const [large, small] = LEVELS.map((type) => plan.find((p) => p.type === type)?.fileBytes);
  return (
    <section className="view try" id="try" aria-labelledby="try-title">
      <div className="head">
        <h1 id="try-title">{words.views.try}</h1>
        <span className="sub wide">{noGpu ?? words.try.sub}</span>
        <span className="push" />
        <Link className="btn" href={pathOf('open')}>
          {words.try.own}
        </Link>
      </div>
      <div className="split">
        {LEVELS.map((type) => (
          <Side key={type} type={type} />
        ))}
        {large !== undefined && small !== undefined && (
          <div className="between">
            <span>
              <b title={words.help.smaller}>{fixed(large / small, 1)}</b> {words.try.smaller}
            </span>
          </div>
        )}
      </div>
      <Why />
      <div className="composer-row">
        <form className="composer" onSubmit={send}>
          <input
            className="field"
            aria-label={words.try.prompt}
            value={prompt}
            onChange={(e) => setPrompt(e.currentTarget.value)}
          />
          <button
            className="btn main icon"
            type="submit"
            aria-label={words.try.send}
            disabled={busy || !isReady || prompt.trim() === ''}
          >
            <Icon name="send" />
          </button>
        </form>
      </div>
    </section>
  );
}

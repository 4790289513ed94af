import type { CSSProperties } from 'react';
import type { ScoredToken } from '../../evaluate/side-by-side';
import { MAX_SIDE_BY_SIDE, writeSideBySide } from '../../store/work/actions';
import { firstDifference } from '../../store/results/series';
import { useStudio } from '../kit/use-studio';
import { PromptField } from './prompt-field';

const percent = (p: number) => `${(100 * p).toFixed(p < 0.1 ? 1 : 0)} %`;

/** The less sure, the stronger the line below it. */
const sureness = (probability: number) => ({ '--unsure': `${100 * (1 - probability)}%` }) as CSSProperties;

/** A text by its tokens: how sure the level was of each on hover, and where it leaves the others. */
function Tokens({ tokens, parts }: { tokens: readonly ScoredToken[]; parts: number }) {
  return (
    <p className="tokens">
      {tokens.map((token, i) => {
        const Tag = i === parts ? 'mark' : 'span';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
          <Tag key={i} title={percent(token.probability)} style={sureness(token.probability)}>
            {token.text}
          </Tag>
        );
      })}
    </p>
  );
}

/** One prompt at two to four levels. */
export function SideBySide() {
  const plan = useStudio((s) => s.plan);
  const selected = useStudio((s) => s.selected);
  const side = useStudio((s) => s.side);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => s.noGpu !== null);
  const types = plan
    .map((p) => p.type)
    .filter((t) => selected.includes(t))
    .slice(0, MAX_SIDE_BY_SIDE);
  const [first, ...others] = side;
  /** Tokens that a level has in common with the first. */
  const common = (tokens: readonly ScoredToken[]) => (first ? firstDifference([first.tokens, tokens]) : 0);
  const told = others.map(({ type, tokens }) => {
    const count = common(tokens);
    const same = count === first!.tokens.length && count === tokens.length;
    return same
      ? `${type} writes the same ${count} tokens`
      : `${type} leaves ${first!.type} after ${count} tokens`;
  });
  /** Where the first level is left first. */
  const parts = others.length > 0 ? Math.min(...others.map((o) => common(o.tokens))) : -1;
  return (
    <div className="completion">
      <PromptField />
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={busy || blocked || types.length < 2}
          onClick={() => void writeSideBySide(types)}
        >
          Continue it at {types.join(', ') || 'no level'}
        </button>
        <span className="note">
          The first {MAX_SIDE_BY_SIDE} levels that are selected above, two at least; the same seed for all. Hover
          over a token for its probability.
        </span>
      </div>
      {told.length > 0 && (
        <p role="status" data-testid="parts">
          {told.join('; ')}.
        </p>
      )}
      <div className="side" aria-live="polite">
        {side.map(({ type, tokens }) => (
          <section key={type} aria-label={`Written at ${type}`} data-side={type}>
            <h3>{type}</h3>
            <Tokens tokens={tokens} parts={tokens === first?.tokens ? parts : common(tokens)} />
            <p className="note">
              {tokens.length} tokens,{' '}
              {percent(tokens.reduce((n, t) => n + t.probability, 0) / (tokens.length || 1))} probable on
              average
            </p>
          </section>
        ))}
      </div>
    </div>
  );
}

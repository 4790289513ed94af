import type { CSSProperties } from 'react';
import type { ScoredToken } from '../../infer/scored-token';
import { MAX_SIDE_BY_SIDE, writeSideBySide } from '../../store/work/actions';
import { firstDifference } from '../../store/results/series';
import { ForeignText } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { PromptField } from './prompt-field';

const percent = (p: number) => `${(100 * p).toFixed(p < 0.1 ? 1 : 0)} %`;

/** Underline strength: the lower the probability, the stronger. */
const underline = (probability: number) => ({ '--unsure': `${100 * (1 - probability)}%` }) as CSSProperties;

/** A text by tokens, with probabilities as tooltips and a mark at the first difference. */
function Tokens({ tokens, mark }: { tokens: readonly ScoredToken[]; mark: number }) {
  return (
    <p className="tokens">
      {tokens.map((token, i) => {
        const Tag = i === mark ? 'mark' : 'span';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
          <Tag key={i} title={percent(token.probability)} style={underline(token.probability)}>
            <ForeignText text={token.text} />
          </Tag>
        );
      })}
    </p>
  );
}

/** Generates from one prompt with several levels and shows where their texts differ. */
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
  /** Tokens in common with the first level. */
  const common = (tokens: readonly ScoredToken[]) => (first ? firstDifference([first.tokens, tokens]) : 0);
  const summaries = others.map(({ type, tokens }) => {
    const count = common(tokens);
    const same = count === first!.tokens.length && count === tokens.length;
    return same
      ? `${type} writes the same ${count} tokens`
      : `${type} leaves ${first!.type} after ${count} tokens`;
  });
  /** Index of the first token where any other level differs from the first. */
  const firstMark = others.length > 0 ? Math.min(...others.map((o) => common(o.tokens))) : -1;
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
          The first {MAX_SIDE_BY_SIDE} levels that are selected above, two at least; the same seed for all.
          Hover over a token for its probability.
        </span>
      </div>
      {summaries.length > 0 && (
        <p role="status" data-testid="parts">
          {summaries.join('; ')}.
        </p>
      )}
      <div className="side" aria-live="polite">
        {side.map(({ type, tokens }) => (
          <section key={type} aria-label={`Written at ${type}`} data-side={type}>
            <h2>{type}</h2>
            <Tokens tokens={tokens} mark={tokens === first?.tokens ? firstMark : common(tokens)} />
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

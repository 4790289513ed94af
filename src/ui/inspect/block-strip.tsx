import type { TensorInspection } from '../../pipeline/inspect';
import { useWords } from '../words/use-words';

const WIDTH = 560;
const HEIGHT = 170;
const PAD = 8;
/** Width of a character of a code. */
const CHARACTER = 6.2;

/** The weights of a block in order: circles before, dashes after quantizing, and the codes that stand for them. */
export function BlockStrip({ of }: { of: TensorInspection['block'] }) {
  const words = useWords().inspect;
  const { before, after, codes } = of;
  const all = [...before, ...after].filter(Number.isFinite);
  const low = all.reduce((a, b) => Math.min(a, b), 0);
  const high = all.reduce((a, b) => Math.max(a, b), 0);
  const span = high - low || 1;
  const x = (i: number) => PAD + ((i + 0.5) / before.length) * (WIDTH - 2 * PAD);
  const y = (v: number) => PAD + ((high - v) / span) * (HEIGHT - 2 * PAD);
  const half = Math.min(6, (WIDTH - 2 * PAD) / before.length / 2 - 0.5);
  // Codes are written below where there is room for them.
  const longest = codes.reduce((n, { code }) => Math.max(n, String(code).length), 0);
  const isLabelled = longest > 0 && longest * CHARACTER * codes.length < WIDTH - 2 * PAD;
  const places = before.map((_, i) => i);
  return (
    <svg
      className="strip"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + (isLabelled ? 18 : 0)}`}
      role="img"
      aria-label={words.strip(before.length)}
    >
      <line className="zero" x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} />
      {places.map((i) => (
        <g key={i}>
          <line className="now" x1={x(i) - half} x2={x(i) + half} y1={y(after[i]!)} y2={y(after[i]!)} />
          <circle className="was" cx={x(i)} cy={y(before[i]!)} r={Math.min(2.5, half)} />
          {isLabelled && (
            <text x={x(i)} y={HEIGHT + 12}>
              {codes[i]!.code}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

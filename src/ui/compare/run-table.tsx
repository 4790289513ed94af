import type { Spread } from '../../session/benchmark';
import type { SpeedBound } from '../../session/ceiling';
import type { RunRecord } from '../../session/records';
import { formatBytes } from '../../util/bytes';
import { ScrollRegion } from '../kit/scroll-region';

const speed = (s: Spread) => `${s.median.toFixed(1)} (${s.min.toFixed(1)} to ${s.max.toFixed(1)})`;

const ceilingFacts = (b: SpeedBound) =>
  `${formatBytes(b.bytesPerToken)} a token: ${b.byBytes.toFixed(1)} t/s; ${b.dispatchesPerToken} dispatches a token: ${b.byDispatches.toFixed(1)} t/s`;

/** The numbers behind the charts. */
export function RunTable({ runs }: { runs: readonly RunRecord[] }) {
  return (
    <ScrollRegion label="Table of measurements">
      <table data-testid="runs">
        <caption>{runs[0]?.adapter}</caption>
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col" className="num">
              File
            </th>
            <th scope="col" className="num" title="Weights, cache and work space while it runs">
              Resident
            </th>
            <th scope="col" className="num" title="Most GPU memory in use at once, quantizing included">
              Peak
            </th>
            <th scope="col" className="num">
              Prompt t/s
            </th>
            <th scope="col" className="num">
              Generation t/s
            </th>
            <th
              scope="col"
              className="num"
              title="What this device allows at most: by what it reads from memory for each token, or by what its dispatches cost, whichever is lower"
            >
              Ceiling t/s
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((r) => (
            <tr key={r.type}>
              <th scope="row">{r.type}</th>
              <td className="num">{formatBytes(r.fileBytes)}</td>
              <td className="num">{formatBytes(r.residentBytes)}</td>
              <td className="num">{formatBytes(r.peakBytes)}</td>
              <td className="num">{speed(r.speed.promptTokensPerSecond)}</td>
              <td className="num">{speed(r.speed.tokensPerSecond)}</td>
              <td className="num" title={ceilingFacts(r.bound)}>
                {Math.min(r.bound.byBytes, r.bound.byDispatches).toFixed(0)}, by {r.bound.binds}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

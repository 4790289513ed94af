import type { Subgroup } from '../../gpu/subgroups';
import type { Arithmetic, Numerics } from '../../gpu/gpu';
import type { ComputePath } from '../../model/runtime';
import { compareWithReference } from '../../store/work/actions';
import { formatBytes } from '../../util/bytes';
import type { DeviceCapabilities } from '../../device/capabilities';
import { Fact } from '../kit/fact';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { useStudio } from '../kit/use-studio';

/** Result of the arithmetic self-test, which selects exact or emulated division in the quantizers. */
function NumericsFacts({ numerics: n, arithmetic }: { numerics: Numerics; arithmetic: Arithmetic }) {
  return (
    <>
      <Fact
        label="Division"
        value={arithmetic === 'native' ? 'correctly rounded: used' : 'approximate: by integers instead'}
        help={`Found by the self-test in ${n.elapsedMs.toFixed(0)} ms; by a constant ${n.constantDivision}, square root ${n.squareRoot}`}
      />
      <Fact
        label="Rounding"
        value={n.integerArithmetic === 'exact' ? 'exact files' : 'broken: files will be refused'}
        help={`a x b + c ${n.contraction ? 'is fused (fenced off)' : 'is not fused'}; packing to half ${n.halfPacking} (done by integers)`}
      />
      <Fact
        label="Denormals"
        value={n.denormals}
        help="Numbers below 1.2e-38. Where they are flushed, blocks of weights below 1e-6 may differ from llama.cpp's"
      />
    </>
  );
}

const PATHS: Record<ComputePath, string> = {
  int8: 'integers (activations rounded to int8)',
  matrix: 'matrix units (float16)',
  float16: 'float16',
  float32: 'float32',
};

/** Measured error and time of the kernels, per compute path. */
const measuredText = (
  errors: Partial<Record<ComputePath, number>>,
  ms: Partial<Record<ComputePath, number>>,
): string =>
  Object.entries(errors)
    .map(([path, error]) => {
      const time = ms[path as ComputePath];
      if (!Number.isFinite(error)) return `${path} does not run here`;
      const took = time === undefined ? 'not used' : `${time.toPrecision(3)} ms`;
      return `${path} ${took}, error ${error.toExponential(0)}`;
    })
    .join('; ');

/** The compute paths of decode and prefill, and the reason for them. */
function Products({ tuning, paths: { decode, prefill } }: Pick<DeviceCapabilities, 'tuning' | 'paths'>) {
  const usual = 'Float weights (F32, F16, BF16) are multiplied in float32';
  return (
    <>
      <Fact
        label="Products of one token"
        value={PATHS[decode]}
        help={
          tuning
            ? `Measured here for 4 M weights: ${measuredText(tuning.errors.decode, tuning.decodeMs)}. ${tuning.threads} threads a workgroup. ${usual}`
            : usual
        }
      />
      <Fact
        label="Products of many"
        value={PATHS[prefill]}
        help={
          tuning
            ? `Measured here for 4 M weights and 128 tokens: ${measuredText(tuning.errors.prefill, tuning.prefillMs)}`
            : usual
        }
      />
    </>
  );
}

/** Measures the effect of rounding activations in the fast paths. */
function FastPaths({ device }: { device: DeviceCapabilities }) {
  const difference = useStudio((s) => s.difference);
  const busy = useStudio((s) => s.job !== null);
  const canRun = useStudio((s) => s.model?.blocked === null && s.runType !== '');
  return (
    <>
      <dl className="facts">
        <Products {...device} />
        {difference && (
          <Fact
            label={`${difference.type} beside float32`}
            value={`KL ${difference.is.meanKl.toExponential(1)}, same top token ${(100 * difference.is.sameTop).toFixed(0)} %`}
            help={`Over ${difference.is.positions} positions of a text that the level writes; largest ${difference.is.largestKl.toExponential(1)}`}
          />
        )}
      </dl>
      {canRun && (
        <button type="button" disabled={busy} onClick={() => void compareWithReference()}>
          Compare with float32
        </button>
      )}
    </>
  );
}

const subgroupText = ({ kind, count }: Subgroup): string =>
  ({
    subgroup: `subgroups of ${count}`,
    pinned: `subgroups, asked to be of ${count}`,
    mixed: `subgroups of any size, ${count} lanes a team`,
    shared: 'workgroup memory',
  })[kind];

/** The device: what it can do, and who holds its memory. */
export function DeviceView() {
  const device = useStudio((s) => s.device);
  const noGpu = useStudio((s) => s.noGpu);
  const memory = useStudio((s) => s.memory);
  const words = useWords();
  return (
    <ViewFrame id="device" title={words.views.device} className="legacy">
      {noGpu && (
        <p className="note" role="status">
          {noGpu}
        </p>
      )}
      {device && (
        <dl className="facts">
          <Fact label="Adapter" value={device.name} />
          <Fact
            label="Sums across lanes"
            value={subgroupText(device.subgroup)}
            help="Which variant of the kernels runs here"
          />
          <Fact
            label="16-bit floats"
            value={
              device.facts.features.includes('shader-f16') ? 'shader-f16' : 'packed, no shader-f16 needed'
            }
          />
          <Fact
            label="Largest binding"
            value={formatBytes(device.facts.maxBindingBytes)}
            help="Larger tensors are split by rows"
          />
          <Fact
            label="Packed 8-bit integers"
            value={
              device.facts.packed4x8 === 'native' ? 'WGSL’s own' : 'emulated: this browser’s WGSL lacks them'
            }
          />
          <Fact
            label="Workgroup memory"
            value={formatBytes(device.facts.maxWorkgroupBytes)}
            help={
              device.staged.maxColumns > 0
                ? `Holds rows of ${device.staged.maxColumns.toLocaleString('en')} activations; products of one token with longer rows are computed in float32`
                : 'Products of one token read float32 activations and stage none'
            }
          />
          <NumericsFacts numerics={device.numerics} arithmetic={device.arithmetic} />
        </dl>
      )}
      {device && <FastPaths device={device} />}
      {memory && (
        <>
          <p data-testid="memory">
            GPU memory in use: <b>{formatBytes(memory.currentBytes)}</b>, at most{' '}
            <b>{formatBytes(memory.peakBytes)}</b>.
          </p>
          {memory.owners.length > 0 && (
            <details>
              <summary>Who holds it</summary>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Owner</th>
                    <th scope="col" className="num">
                      Bytes
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {memory.owners.map((o) => (
                    <tr key={o.owner}>
                      <th scope="row">{o.owner}</th>
                      <td className="num">{o.sizeBytes.toLocaleString('en')}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </details>
          )}
        </>
      )}
    </ViewFrame>
  );
}

import type { DeviceCapabilities } from '../../device/capabilities';
import { Fact } from '../kit/fact';
import { GpuMemory } from '../kit/gpu-memory';
import { Icon } from '../kit/icon';
import { megaOrGiga } from '../kit/units';
import { useWords } from '../words/use-words';

/** The device's name, and the abilities that were found. */
export function Found({ device }: { device: DeviceCapabilities }) {
  const words = useWords().device;
  const { facts, subgroup, staged } = device;
  const hasHalves = facts.features.includes('shader-f16');
  return (
    <section className="panel" aria-labelledby="found-title">
      <div className="ph">
        <h2 id="found-title">{words.found}</h2>
      </div>
      <div className="pb stack">
        <dl className="rows">
          <Fact label={words.adapter} value={device.name} />
          <Fact
            label={words.lanes}
            value={words.subgroups[subgroup.kind](subgroup.count)}
            help={words.lanesHelp}
          />
          <Fact label={words.halves} value={hasHalves ? words.hasHalves : words.noHalves} />
          <Fact
            label={words.binding}
            value={megaOrGiga(facts.maxBindingBytes)}
            help={words.bindingHelp(facts.maxBindingBytes)}
          />
          <Fact
            label={words.packed}
            value={facts.packed4x8 === 'native' ? words.nativePacked : words.emulatedPacked}
          />
          <Fact
            label={words.workgroup}
            value={megaOrGiga(facts.maxWorkgroupBytes)}
            help={words.staged(staged.maxColumns)}
          />
        </dl>
        <GpuMemory />
        <p className="sub">{words.memoryWhy}</p>
      </div>
    </section>
  );
}

/** Result of the arithmetic self-test, which selects exact or emulated division in the quantizers. */
export function SelfTest({ device: { numerics: n, arithmetic } }: { device: DeviceCapabilities }) {
  const words = useWords().device;
  const isExact = n.integerArithmetic === 'exact';
  return (
    <section className="panel" aria-labelledby="self-test-title">
      <div className="ph">
        <h2 id="self-test-title">{words.selfTest}</h2>
        <span className="cap">{words.tookMs(n.elapsedMs)}</span>
        <span className="push" />
        <span className={isExact ? 'is ok' : 'is bad'}>
          <Icon name={isExact ? 'check' : 'warn'} />
          {isExact ? words.exact : words.broken}
        </span>
      </div>
      <div className="pb">
        <dl className="rows">
          <Fact
            label={words.division}
            value={arithmetic === 'native' ? words.nativeDivision : words.byIntegers}
            help={words.divisionHelp(n.constantDivision, n.squareRoot)}
          />
          <Fact
            label={words.rounding}
            value={isExact ? words.exactFiles : words.brokenFiles}
            help={words.roundingHelp(n.contraction, n.halfPacking)}
          />
          <Fact label={words.denormals} value={n.denormals} help={words.denormalsHelp} />
        </dl>
      </div>
    </section>
  );
}

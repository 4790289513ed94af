// auto-round, which packs as GPTQ or as AWQ does and says so in `packing_format`:
//   auto_round:auto_gptq, auto_round:gptq...   GPTQ whose zero points are less one
//   auto_round, auto_round:gptqmodel           GPTQ whose zero points are as they are
//   auto_round:auto_awq, auto_round:awq        AWQ
// `extra_config` has by the name of a module, or by an expression, what is different there; 16 bits leave it as it was.
// Source: auto-round c6e0e72a, export/export_to_autoround/export.py.
import { awqWeight } from '../awq/awq';
import { levelOf } from '../gptq/gptq';
import { GPTQ_BITS, gptqWeight } from '../gptq/weight';
import type { Method } from '../method';
import { compilePattern } from '../names/pattern';
import type { Settings } from '../parts/settings';
import type { Stored } from '../parts/stored';

type Packing = 'gptq' | 'gptq_v2' | 'awq';

function packingOf(settings: Settings): Packing {
  const key = settings.has('packing_format') ? 'packing_format' : 'backend';
  const said = settings.text(key, 'auto_round:auto_gptq');
  if (
    !/^(auto_round|auto_gptq|auto_awq|gptq|awq)(:[\w:]+)?$/.test(said) ||
    /llm_compressor|fp|rrq/.test(said)
  )
    throw settings.unread(key, 'auto_round, auto_round:auto_gptq or auto_round:auto_awq');
  if (said.includes('awq')) return 'awq';
  return said.includes('gptq') && !said.includes('gptqmodel') ? 'gptq' : 'gptq_v2';
}

/** Settings of a module: those of its name, else of the first expression that matches it. */
function extrasOf(settings: Settings): (module: string) => Settings {
  const extra = settings.record('extra_config');
  const entries = Object.keys(extra?.json ?? {}).map((key) => {
    const own = extra!.record(key);
    if (!own) throw extra!.wrong(key, 'the settings of a module');
    const isName = /^[\w.-]*$/.test(key);
    return { key, own: settings.with(own), matches: isName ? undefined : compilePattern(key) };
  });
  const byName = new Map(entries.map((e) => [e.key, e]));
  return (module) => (byName.get(module) ?? entries.find((e) => e.matches?.(module)))?.own ?? settings;
}

function checkInteger(settings: Settings): void {
  const type = settings.text('data_type', 'int');
  if (type !== 'int' && !type.startsWith('int_')) throw settings.unread('data_type', 'int');
}

async function read(stored: Stored, settings: Settings): Promise<string> {
  const packing = packingOf(settings);
  checkInteger(settings);
  const ownOf = extrasOf(settings);
  const allowed = packing === 'awq' ? ([4] as const) : GPTQ_BITS;
  const bits = settings.number('bits', allowed);
  const groupSize = settings.groupSize('group_size', 128);
  let isMixed = false;
  for (const module of stored.modules('.qweight')) {
    const own = ownOf(module);
    checkInteger(own);
    const its = { bits: own.number('bits', allowed), groupSize: own.groupSize('group_size', groupSize) };
    isMixed ||= its.bits !== bits || its.groupSize !== groupSize;
    if (packing === 'awq') awqWeight(stored, module, its.groupSize);
    else gptqWeight(stored, module, { ...its, zerosLessOne: packing === 'gptq', needsGroups: false });
  }
  return `${levelOf('auto-round', bits, groupSize)}${isMixed ? ', mixed' : ''}`;
}

export const autoRound: Method = { names: ['auto-round', 'auto_round', 'intel/auto-round'], read };

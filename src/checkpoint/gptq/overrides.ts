import { isRecord } from '../../files/json';
import { FileError } from '../../util/errors';
import { compilePattern } from '../names/pattern';
import { Settings } from '../parts/settings';
import { GPTQ_BITS, type GptqSettings } from './weight';

/**
 * GPTQModel's `dynamic`: settings of modules by an expression that matches their names from the start. "+:" (or nothing)
 * overrides, "-:" leaves a module as it was; the first that matches counts.
 */
export function overridesOf(settings: Settings): (module: string, all: GptqSettings) => GptqSettings {
  const dynamic = settings.record('dynamic');
  const rules = Object.entries(dynamic?.json ?? {}).map(([key, value]) => {
    const isLeftOut = key.startsWith('-:');
    if (!isLeftOut && !isRecord(value)) throw dynamic!.wrong(key, 'settings of the modules it names');
    return {
      key,
      isLeftOut,
      matches: compilePattern(key.replace(/^[+-]:/, '')),
      settings: new Settings(isRecord(value) ? value : {}, `${dynamic!.place}.${key}`),
    };
  });
  return (module, all) => {
    const rule = rules.find(({ matches }) => matches(module));
    if (!rule) return all;
    if (rule.isLeftOut)
      throw new FileError(
        `${dynamic!.place}: "${rule.key}" leaves "${module}" as it was, but "${module}.qweight" is quantized.`,
        'config.json and the weights do not fit together. Download config.json again.',
      );
    return {
      ...all,
      bits: rule.settings.number('bits', GPTQ_BITS, all.bits),
      groupSize: rule.settings.groupSize('group_size', all.groupSize),
    };
  };
}

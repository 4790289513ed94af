// Writes every kernel text of the product, and the shaders themselves, as JSON for Deno.
import { writeFileSync } from 'node:fs';
import { shadersFromDisk } from '../../src/node/shaders';
import { type KernelText, sweptTexts, withoutSubgroups } from '../../src/testing/shaders/kernel-texts';

const [target, shaders] = process.argv.slice(2);
if (!target || !shaders) throw new Error('usage: texts.ts TEXTS SHADERS');
const sources = shadersFromDisk();
writeFileSync(shaders, JSON.stringify([...sources]));
const texts = sweptTexts(sources);
const places = new Map(texts.map(({ code }, i) => [code, i]));
/** Place of the text that does the same without subgroups, -1 if it is missing. */
function twinOf(text: KernelText): number | undefined {
  const twin = withoutSubgroups(sources, text);
  return twin === undefined ? undefined : (places.get(twin) ?? -1);
}
writeFileSync(
  target,
  JSON.stringify(
    texts.map((text) => ({
      label: text.label,
      code: text.code,
      constants: text.constants,
      access: Object.values(text.spec.bindings),
      twin: twinOf(text),
    })),
  ),
);

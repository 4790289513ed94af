// node examples/node/kl.mjs [model] [level] [base] [text]: Kullback-Leibler divergence of a level from a base, in nats.
import { readFileSync } from 'node:fs';
import { measureKlDivergence, openDevice, openModel, openPath, planLevel } from 'nibble-studio/node';

const [path, level, base, text] = process.argv.slice(2);
const model = await openModel(openPath(path ?? 'public/models/nibble-stories-F16.gguf'));
const device = await openDevice();
const pair = { base: planLevel(model, base ?? 'F16'), level: planLevel(model, level ?? 'Q4_K_M') };
const words = readFileSync(text ?? 'public/texts/stories-held-out.txt', 'utf8');
const { kl, sameTop } = await measureKlDivergence(device, pair, words, { context: 128, chunks: 4 });
console.log(
  `KL divergence ${kl.mean.toFixed(5)} nats, same best token ${(100 * sameTop.share).toFixed(1)} %`,
);
device.dispose();

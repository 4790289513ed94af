// node examples/node/kl.mjs: Kullback-Leibler divergence of a level from F16 over a text, in nats.
import { readFileSync } from 'node:fs';
import { measureKlDivergence, openDevice, openModel, openPath, planLevel } from 'nibble-studio/node';

const device = await openDevice();
const model = await openModel(openPath('public/models/nibble-stories-F16.gguf'));
const pair = { base: planLevel(model, 'F16'), level: planLevel(model, 'Q4_K_M') };
const text = readFileSync('public/texts/stories-held-out.txt', 'utf8');
const { kl } = await measureKlDivergence(device, pair, text, { context: 128, chunks: 4 });
console.log(`KL divergence ${kl.mean.toFixed(5)} nats`);
device.dispose();

import type { Architecture } from './architecture';
import { gemma2, gemma3 } from './gemma';
import { gpt2 } from './gpt2';
import { granite } from './granite';
import { llama } from './llama';
import { olmo2 } from './olmo2';
import { phi2, phi3, phimoe } from './phi';
import { qwen2, qwen3, qwen3moe } from './qwen';
import { smollm3 } from './smollm3';

/** All architectures that can be converted and run. A new one needs a file and a line here. */
export const architectures: readonly Architecture[] = [
  llama,
  phi3,
  phi2,
  phimoe,
  qwen2,
  qwen3,
  qwen3moe,
  gemma2,
  gemma3,
  olmo2,
  granite,
  smollm3,
  gpt2,
];

export const architectureById = (id: string): Architecture | undefined =>
  architectures.find((a) => a.id === id);

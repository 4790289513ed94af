import type { Architecture } from './architecture';
import { llama } from './llama';

/** Every architecture that can run. Adding one is a file and a line here. */
export const architectures: readonly Architecture[] = [llama];

export const architectureById = (id: string): Architecture | undefined =>
  architectures.find((a) => a.id === id);

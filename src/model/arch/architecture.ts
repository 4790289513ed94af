import type { Recorder } from '../blocks';
import type { Runtime } from '../runtime';

/** An architecture: which graph its GGUF names stand for. */
export interface Architecture {
  /** general.architecture. */
  readonly id: string;
  readonly label: string;
  /** Tensors that must be there, by layer count and head tying. */
  tensors(layers: number): readonly string[];
  /** Records one pass: token ids in, logits of the newest token out. */
  record(g: Recorder, r: Runtime): void;
}

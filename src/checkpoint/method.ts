import type { Json } from '../files/json';
import type { Settings } from './parts/settings';
import type { Stored } from './parts/stored';

/** The files of a folder that say how its weights were quantized. */
export interface Folder {
  /** Name of the model in errors. */
  readonly label: string;
  /** config.json, the text model's part merged into the root. */
  readonly config: Json;
  /** Another JSON file of the folder; undefined without. */
  json(name: string): Promise<Json | undefined>;
}

/** A method of quantization: one folder, and one line in the registry. */
export interface Method {
  /** Values of `quant_method` in config.json. */
  readonly names: readonly string[];
  /** Settings of older producers, who name no method. */
  find?(folder: Folder): Promise<Settings | undefined> | Settings | undefined;
  /** Puts float32 weights in the place of the quantized ones. Returns the level in words: "GPTQ 4-bit, group 128". */
  read(stored: Stored, settings: Settings): Promise<string>;
}

import { compilePattern } from './pattern';

/** Names of modules in config.json: a name, or "re:" and an expression that is matched from the start. */
export class NameList {
  readonly #names = new Set<string>();
  readonly #patterns: ((name: string) => boolean)[] = [];

  constructor(entries: readonly string[]) {
    for (const entry of entries)
      if (entry.startsWith('re:')) this.#patterns.push(compilePattern(entry.slice(3)));
      else this.#names.add(entry);
  }

  has(module: string): boolean {
    return this.#names.has(module) || this.#patterns.some((matches) => matches(module));
  }
}

import { TemplateError } from './python/template-error';
import { Namespace, type Value } from './python/values';

/** Variables by name; what is set here stays here. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #variables = new Map<string, Value>();

  constructor(parent?: Scope) {
    this.#parent = parent;
  }
  set(name: string, value: Value): void {
    this.#variables.set(name, value);
  }
  get(name: string): Value | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.#parent) {
      const value = scope.#variables.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  setAttribute(name: string, attribute: string, value: Value): void {
    const namespace = this.get(name);
    if (!(namespace instanceof Namespace))
      throw new TemplateError('cannot assign attribute on non-namespace object');
    namespace.attributes.set(attribute, value);
  }
}

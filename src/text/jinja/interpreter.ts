import type { Context } from './builtins/arguments';
import type { MacroBody, Statement, Target } from './syntax/ast';
import type { Budget } from './python/budget';
import { iterate, truth } from './python/compare';
import { Evaluator } from './evaluator';
import { Loop } from './loop';
import { Scope } from './scope';
import { TemplateError } from './python/template-error';
import { str } from './python/text';
import { Callable, Dict, type Keywords, orElse, tuple, Undefined, type Value } from './python/values';

/** Set when a loop is left, or goes on with its next item. */
type Leaving = 'break' | 'continue' | undefined;

/** Runs statements; what they print is collected. */
export class Interpreter extends Evaluator implements Context {
  readonly now: () => Date;
  #out: string[] = [];

  constructor(budget: Budget, now: () => Date) {
    super(budget);
    this.now = now;
  }

  render(body: readonly Statement[], scope: Scope): string {
    return this.#printed(() => this.#run(body, scope));
  }

  /** The text that is printed meanwhile. */
  #printed(run: () => void): string {
    const outer = this.#out;
    this.#out = [];
    try {
      run();
      return this.#out.join('');
    } finally {
      this.#out = outer;
    }
  }

  #print(text: string): void {
    if (text === '') return;
    this.budget.string(text.length);
    this.#out.push(text);
  }

  #run(body: readonly Statement[], scope: Scope): Leaving {
    for (const statement of body) {
      this.budget.steps();
      const leaving = this.#statement(statement, scope);
      if (leaving) return leaving;
    }
    return undefined;
  }

  #statement(statement: Statement, scope: Scope): Leaving {
    switch (statement.kind) {
      case 'text':
        this.#print(statement.text);
        return undefined;
      case 'print':
        this.#print(str(this.evaluate(statement.value, scope)));
        return undefined;
      case 'if': {
        const branch = statement.branches.find(([test]) => truth(this.evaluate(test, scope)));
        return this.#run(branch ? branch[1] : statement.otherwise, scope);
      }
      case 'for':
        this.#for(statement, scope, 0, this.evaluate(statement.over, scope));
        return undefined;
      case 'set':
        this.#assign(statement.target, this.evaluate(statement.value, scope), scope);
        return undefined;
      case 'set block': {
        const text = this.#printed(() => this.#run(statement.body, new Scope(scope)));
        const value = statement.filter ? this.filterText(statement.filter, text, scope) : text;
        this.#assign(statement.target, value, scope);
        return undefined;
      }
      case 'macro':
        scope.set(statement.macro.name, this.#macro(statement.macro, scope));
        return undefined;
      case 'call block': {
        const { callee, given } = statement.call;
        const { args, keywords } = this.argumentsOf(given, scope);
        const caller = this.#macro(statement.macro, scope);
        const all = new Map([...keywords, ['caller', caller] as const]);
        this.#print(str(this.call(this.evaluate(callee, scope), args, all)));
        return undefined;
      }
      case 'filter block': {
        const text = this.#printed(() => this.#run(statement.body, new Scope(scope)));
        this.#print(str(this.filterText(statement.filter, text, scope)));
        return undefined;
      }
      case 'with': {
        const inner = new Scope(scope);
        for (const [target, value] of statement.pairs)
          this.#assign(target, this.evaluate(value, scope), inner);
        return this.#run(statement.body, inner);
      }
      case 'scope':
        return this.#run(statement.body, new Scope(scope));
      default:
        return statement.kind;
    }
  }

  #assign(target: Target, value: Value, scope: Scope): void {
    if (target.kind === 'name') scope.set(target.name, value);
    else if (target.kind === 'namespace') scope.setAttribute(target.name, target.attribute, value);
    else {
      const items = this.items(value);
      const wanted = target.items.length;
      if (items.length > wanted) throw new TemplateError(`too many values to unpack (expected ${wanted})`);
      if (items.length < wanted)
        throw new TemplateError(`not enough values to unpack (expected ${wanted}, got ${items.length})`);
      for (const [i, part] of target.items.entries()) this.#assign(part, items[i]!, scope);
    }
  }

  #for(node: Statement & { kind: 'for' }, outer: Scope, depth: number, over: Value): void {
    const recurse = node.recursive
      ? (items: Value): Value => this.#printed(() => this.#for(node, outer, depth + 1, items))
      : undefined;
    const source = node.test === undefined ? iterate(over) : this.#filtered(node, over, outer);
    const loop = new Loop(source, this.budget, depth, recurse);
    let visited = false;
    this.budget.enter();
    for (let item = loop.next(); item !== undefined; item = loop.next()) {
      visited = true;
      this.budget.steps(3);
      const scope = new Scope(outer);
      scope.set('loop', loop);
      this.#assign(node.target, item, scope);
      if (this.#run(node.body, scope) === 'break') break;
    }
    this.budget.leave();
    if (!visited) this.#run(node.otherwise, new Scope(outer));
  }

  *#filtered(node: Statement & { kind: 'for' }, over: Value, outer: Scope): Generator<Value> {
    for (const item of iterate(over)) {
      this.budget.steps();
      const scope = new Scope(outer);
      this.#assign(node.target, item, scope);
      if (truth(this.evaluate(node.test!, scope))) yield item;
    }
  }

  /** A macro, or the body of a call block. Source: Jinja2's runtime.py, Macro. */
  #macro(macro: MacroBody, outer: Scope): Callable {
    const { name, parameters, body, reads } = macro;
    const shown = name === undefined ? 'None' : `'${name}'`;
    const names = parameters.map((p) => p.name);
    const run = (args: readonly Value[], keywords: Keywords): Value => {
      this.budget.steps(5);
      const scope = new Scope(outer);
      const rest = new Map(keywords);
      if (args.length > names.length && !reads.has('varargs'))
        throw new TemplateError(`macro ${shown} takes not more than ${names.length} argument(s)`);
      const pending: number[] = [];
      for (const [i, parameter] of names.entries()) {
        const value = args[i] === undefined ? rest.get(parameter) : args[i];
        if (args[i] === undefined) rest.delete(parameter);
        if (value === undefined) pending.push(i);
        scope.set(
          parameter,
          orElse(value, () => new Undefined(`parameter '${parameter}' was not provided`)),
        );
      }
      if (reads.has('caller') && !names.includes('caller')) {
        scope.set(
          'caller',
          orElse(rest.get('caller'), () => new Undefined('No caller defined')),
        );
        rest.delete('caller');
      }
      if (reads.has('varargs')) scope.set('varargs', tuple(args.slice(names.length)));
      if (reads.has('kwargs')) scope.set('kwargs', new Dict(rest));
      else if (rest.size > 0) {
        const [unknown] = rest.keys();
        throw new TemplateError(
          unknown === 'caller'
            ? `macro ${shown} was invoked with two values for the special caller argument. This is most likely a bug.`
            : `macro ${shown} takes no keyword argument '${unknown}'`,
        );
      }
      for (const i of pending) {
        const usual = parameters[i]!.usual;
        if (usual) scope.set(names[i]!, this.evaluate(usual, scope));
      }
      this.budget.enter();
      const text = this.#printed(() => this.#run(body, scope));
      this.budget.leave();
      return text;
    };
    const attributes = new Map<string, Value>([
      ['name', name ?? null],
      ['arguments', tuple(names)],
      ['catch_kwargs', reads.has('kwargs')],
      ['catch_varargs', reads.has('varargs')],
      ['caller', reads.has('caller')],
    ]);
    return new Callable(name ?? 'caller', run, attributes);
  }
}

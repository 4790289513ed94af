import { getAttribute, getItem, getSlice } from './builtins/access';
import type { Context } from './builtins/arguments';
import type { Arguments, Comparison, Expression } from './syntax/ast';
import type { Budget } from './python/budget';
import { contains, equal, iterate, order, truth } from './python/compare';
import { applyFilter, hasFilter } from './builtins/filters';
import { arithmetic, negative, positive } from './python/operators';
import type { Scope } from './scope';
import { TemplateError } from './python/template-error';
import { applyTest } from './builtins/tests';
import { str } from './python/text';
import {
  Callable,
  Dict,
  type Keywords,
  LoopValue,
  orElse,
  tuple,
  typeName,
  Undefined,
  type Value,
} from './python/values';

const NO_KEYWORDS: Keywords = new Map();

/** Evaluates expressions. */
export abstract class Evaluator implements Context {
  readonly budget: Budget;
  abstract readonly now: () => Date;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  attribute(value: Value, name: string): Value {
    return getAttribute(value, name, this);
  }
  item(value: Value, key: Value): Value {
    return getItem(value, key, this);
  }
  filter(name: string, args: readonly Value[], keywords: Keywords): Value {
    return applyFilter(name, args, keywords, this);
  }
  test(name: string, args: readonly Value[], keywords: Keywords): boolean {
    return applyTest(name, args, keywords, this, { filter: hasFilter });
  }
  items(value: Value): Value[] {
    const items: Value[] = [];
    for (const item of iterate(value)) {
      this.budget.steps();
      items.push(item);
    }
    return items;
  }

  call(callee: Value, args: readonly Value[], keywords: Keywords = NO_KEYWORDS): Value {
    if (callee instanceof Callable) return callee.call(args, keywords);
    if (callee instanceof LoopValue) return callee.call(args);
    if (callee instanceof Undefined) return callee.fail();
    throw new TemplateError(`'${typeName(callee)}' object is not callable`);
  }

  argumentsOf(given: Arguments, scope: Scope): { args: Value[]; keywords: Keywords } {
    const args = given.args.map((arg) => this.evaluate(arg, scope));
    if (given.moreArgs) args.push(...this.items(this.evaluate(given.moreArgs, scope)));
    const keywords = new Map<string, Value>();
    for (const [name, value] of given.keywords) keywords.set(name, this.evaluate(value, scope));
    if (given.moreKeywords) {
      const more = this.evaluate(given.moreKeywords, scope);
      if (!(more instanceof Dict))
        throw new TemplateError(`argument after ** must be a mapping, not ${typeName(more)}`);
      for (const [name, value] of more.entries()) keywords.set(str(name), value);
    }
    return { args, keywords };
  }

  /** Applies the filters of a block to its text. */
  filterText(filter: Expression, text: string, scope: Scope): Value {
    if (filter.kind !== 'filter') throw new TemplateError('expected a filter');
    const value = filter.object ? this.filterText(filter.object, text, scope) : text;
    const { args, keywords } = this.argumentsOf(filter.given, scope);
    return this.filter(filter.name, [value, ...args], keywords);
  }

  #compares(operator: Comparison, a: Value, b: Value): boolean {
    switch (operator) {
      case '==':
      case '!=':
        if (Array.isArray(a)) this.budget.steps(a.length);
        return equal(a, b) === (operator === '==');
      case 'in':
      case 'not in':
        if (Array.isArray(b)) this.budget.steps(b.length);
        return contains(b, a) === (operator === 'in');
      case '<':
        return order(a, b, operator) < 0;
      case '<=':
        return order(a, b, operator) <= 0;
      case '>':
        return order(a, b, operator) > 0;
      case '>=':
        return order(a, b, operator) >= 0;
    }
  }

  evaluate(node: Expression, scope: Scope): Value {
    this.budget.steps();
    switch (node.kind) {
      case 'constant':
        return node.value;
      case 'name':
        return orElse(scope.get(node.name), () => new Undefined(`'${node.name}' is undefined`));
      case 'list':
        return node.items.map((item) => this.evaluate(item, scope));
      case 'tuple':
        return tuple(node.items.map((item) => this.evaluate(item, scope)));
      case 'concat': {
        const parts = node.items.map((item) => str(this.evaluate(item, scope)));
        this.budget.string(parts.reduce((sum, part) => sum + part.length, 0));
        return parts.join('');
      }
      case 'dict':
        return new Dict(
          node.items.map(([key, value]) => [this.evaluate(key, scope), this.evaluate(value, scope)] as const),
        );
      case 'attribute':
        return this.attribute(this.evaluate(node.object, scope), node.name);
      case 'item':
        return this.item(this.evaluate(node.object, scope), this.evaluate(node.key, scope));
      case 'slice': {
        const object = this.evaluate(node.object, scope);
        return getSlice(
          object,
          node.bounds.map((bound) => (bound ? this.evaluate(bound, scope) : null)),
          this,
        );
      }
      case 'call': {
        const callee = this.evaluate(node.callee, scope);
        const { args, keywords } = this.argumentsOf(node.given, scope);
        return this.call(callee, args, keywords);
      }
      case 'filter': {
        const value = this.evaluate(node.object!, scope);
        const { args, keywords } = this.argumentsOf(node.given, scope);
        return this.filter(node.name, [value, ...args], keywords);
      }
      case 'test': {
        const value = this.evaluate(node.object!, scope);
        const { args, keywords } = this.argumentsOf(node.given, scope);
        return this.test(node.name, [value, ...args], keywords);
      }
      case 'not':
        return !truth(this.evaluate(node.of, scope));
      case 'negative':
        return negative(this.evaluate(node.of, scope));
      case 'positive':
        return positive(this.evaluate(node.of, scope));
      case 'and': {
        const left = this.evaluate(node.left, scope);
        return truth(left) ? this.evaluate(node.right, scope) : left;
      }
      case 'or': {
        const left = this.evaluate(node.left, scope);
        return truth(left) ? left : this.evaluate(node.right, scope);
      }
      case 'arithmetic':
        return arithmetic(
          node.operator,
          this.evaluate(node.left, scope),
          this.evaluate(node.right, scope),
          this.budget,
        );
      case 'compare': {
        let left = this.evaluate(node.first, scope);
        for (const [operator, operand] of node.rest) {
          const right = this.evaluate(operand, scope);
          if (!this.#compares(operator, left, right)) return false;
          left = right;
        }
        return true;
      }
      case 'choice':
        if (truth(this.evaluate(node.test, scope))) return this.evaluate(node.yes, scope);
        return node.no
          ? this.evaluate(node.no, scope)
          : new Undefined('the inline if-expression evaluated to false and no else section was defined.');
    }
  }
}

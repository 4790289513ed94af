import { Budget, within } from './python/budget';
import { globalsOf } from './builtins/globals';
import { Interpreter } from './interpreter';
import { parse } from './syntax/parse';
import { Scope } from './scope';
import { TemplateError } from './python/template-error';
import { toValue } from './python/values';

/** Characters of a template; the longest that models come with have some 30,000. */
const MAX_TEMPLATE = 2 ** 20;

/**
 * Renders a Jinja template as transformers does (trim_blocks, lstrip_blocks, loop controls, a sandbox that changes
 * nothing). Pure but for the date, and bounded: a rendering takes at most about a second and some 100 MB.
 *
 * @param variables - JSON values; what is undefined is left out. `now` is read by strftime_now.
 * @throws TemplateError, also for what the template raises itself.
 */
export function renderTemplate(
  template: string,
  variables: Readonly<Record<string, unknown>>,
  now: () => Date = () => new Date(),
): string {
  if (template.length > MAX_TEMPLATE)
    throw new TemplateError(`it has ${template.length} characters, at most ${MAX_TEMPLATE} are read`);
  try {
    const budget = new Budget();
    const interpreter = new Interpreter(budget, now);
    const scope = new Scope();
    for (const [name, value] of globalsOf(interpreter)) scope.set(name, value);
    for (const [name, value] of Object.entries(variables))
      if (value !== undefined) scope.set(name, toValue(value));
    return within(budget, () => interpreter.render(parse(template), scope));
  } catch (error) {
    // The stack of a template nested thousands deep, in its source or in what it builds.
    if (error instanceof RangeError)
      throw new TemplateError('it is nested too deeply, or makes too long a text');
    throw error;
  }
}

// Every template of scripts/templates/cases.py, against what Jinja2 makes of it.
import { describe, expect, test } from 'vitest';
import { goldenJson } from '../../testing/golden';
import { renderTemplate } from './render';

interface Golden {
  variables: Record<string, unknown>;
  groups: { name: string; cases: [template: string, text: string | null, error?: string][] }[];
}
const { variables, groups } = goldenJson<Golden>('templates.json');
const now = () => new Date(2026, 1, 3, 4, 5, 6);

describe('templates as Jinja2 renders them', () => {
  test.each(groups)('$name', ({ cases }) => {
    for (const [template, text] of cases) {
      const render = () => renderTemplate(template, variables, now);
      if (text === null) expect(render, template).toThrow();
      else expect(render(), template).toBe(text);
    }
  });
});

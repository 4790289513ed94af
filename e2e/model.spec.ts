import { expect } from '@playwright/test';
import { checkpointFiles } from '../src/testing/checkpoints';
import { test } from './test';

const README = `---
license: other
license_name: house-rules
license_link: https://example.org/rules
language: [en, id]
tags: [tiny, "<img src=x>"]
base_model: some-org/Some-Base-1B
---
A card.
`;

test('a model says what it is: card, tokens, template, tensors; closed, nothing of it is left', async ({
  studio,
}) => {
  const readme = { path: 'carded/README.md', bytes: new TextEncoder().encode(README) };
  await studio.open([...checkpointFiles('llama', 'carded'), readme]);
  const { look } = studio;
  const { tags, says } = await look.card();
  expect(tags).toEqual(['tiny', '<img src=x>', 'en', 'id']);
  expect(says.Licence).toBe('house-rules (example.org)');
  expect(says['Made from']).toContain('Some Base');
  for (const { href, rel } of await look.links()) {
    expect(href).toMatch(/^https:/);
    expect(rel).toContain('noreferrer');
  }
  expect(await look.listed('Tensors', 'blk.0.attn_*')).toHaveLength(5);
  expect(await look.listed('Metadata', 'general.lic')).toEqual([
    'general.license',
    'general.license.name',
    'general.license.link',
  ]);
  expect(await studio.accessibilityViolations()).toEqual([]);
  expect(await studio.overflows([[360, 'light']])).toEqual([]);

  await studio.openBuiltIn();
  const pieces = await look.pieces('a fox');
  expect(pieces.join('').replaceAll('·', ' ')).toBe('a fox');
  const prompt = await look.prompt('Is a fox red?');
  expect(prompt).toMatch(/Is a fox red\?<\|end\|><\|assistant\|>$/);
  expect(await studio.accessibilityViolations()).toEqual([]);
  await look.close();
  expect(await studio.model()).toBeNull();
  await studio.isAt('open');
  expect(await studio.problem()).toBe('');
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

/** The library as a script; a walk of a browser whose policy holds for evaluated code, too, gives it to the page beforehand. */
export const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** An element as those who do not see it are told of it. */
export interface Told {
  readonly role: string;
  readonly name: string;
  /** Of a heading. */
  readonly level: number;
}

/** Roles of what a person operates. */
const OPERATED = [
  'button',
  'checkbox',
  'combobox',
  'link',
  'menuitem',
  'radio',
  'searchbox',
  'slider',
  'spinbutton',
  'switch',
  'tab',
  'textbox',
];
/** Regions that a reader jumps to; there may be several of a kind where each has a name. */
const NAMED = ['navigation', 'region', 'complementary', 'search', 'form', 'dialog'];

/** Elements with their roles and names, in the order of the page, as axe-core computes them from what the page is. */
export function treeOf(page: Page): Promise<Told[]> {
  return page.evaluate((source) => {
    interface Axe {
      setup(of: Element): void;
      teardown(): void;
      commons: {
        aria: { getRole(element: Element, options?: { noPresentational: boolean }): string | null };
        text: { accessibleText(element: Element): string };
        dom: { isVisibleToScreenReaders(element: Element): boolean };
      };
    }
    const scope = window as unknown as { axe?: Axe };
    // The page's policy forbids eval and inline scripts; a function body given to evaluate is neither.
    if (!scope.axe) new Function(source).call(window);
    const axe = scope.axe!;
    axe.setup(document.documentElement);
    const { aria, text, dom } = axe.commons;
    const told = [...document.body.querySelectorAll('*')].flatMap((element) => {
      const isFile = element instanceof HTMLInputElement && element.type === 'file';
      const role = isFile ? 'button' : aria.getRole(element);
      if (role === null || ['none', 'presentation'].includes(role) || !dom.isVisibleToScreenReaders(element))
        return [];
      const level = Number(
        element.getAttribute('aria-level') ?? /^H([1-6])$/.exec(element.tagName)?.[1] ?? 0,
      );
      const name = text.accessibleText(element).replace(/\s+/g, ' ').trim();
      return [{ role, name, level }];
    });
    axe.teardown();
    return told;
  }, axeSource);
}

/** The same of Chromium's own tree, which it gives to screen readers. */
export async function chromiumTreeOf(page: Page): Promise<Told[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Accessibility.enable');
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({
      role: String(role?.value ?? ''),
      name: String(name?.value ?? '')
        .replace(/\s+/g, ' ')
        .trim(),
      level: 0,
    }));
}

/**
 * Controls by role and name, sorted; without spaces: a browser puts them between boxes, which axe-core does not know.
 */
export const operated = (tree: readonly Told[]): string[] =>
  tree
    .filter(({ role }) => OPERATED.includes(role))
    .map(({ role, name }) => `${role}: ${name.replaceAll(' ', '')}`)
    .sort();

/** Faults of a tree: it wants names, one main, one title, headings in order, regions that can be told apart. */
export function faultsOf(tree: readonly Told[]): string[] {
  const faults: string[] = [];
  for (const { role, name } of tree)
    if ((OPERATED.includes(role) || NAMED.includes(role) || role === 'img') && name === '')
      faults.push(`a ${role} has no name`);
  const count = (role: string) => tree.filter((told) => told.role === role).length;
  if (count('main') !== 1) faults.push(`${count('main')} elements are main`);
  if (count('navigation') === 0) faults.push('there is no navigation');
  const headings = tree.filter(({ role }) => role === 'heading');
  const titles = headings.filter(({ level }) => level === 1);
  if (titles.length !== 1) faults.push(`${titles.length} headings are of level 1`);
  for (const [i, { level, name }] of headings.entries()) {
    // Headings beside a view may come before its title.
    const before = headings[i - 1]?.level ?? 1;
    if (level > before + 1) faults.push(`“${name}” is of level ${level} after one of ${before}`);
  }
  for (const role of NAMED) {
    const names = tree.filter((told) => told.role === role).map(({ name }) => name);
    for (const name of new Set(names))
      if (names.filter((other) => other === name).length > 1)
        faults.push(`two elements are ${role} “${name}”`);
  }
  return faults;
}

/** Controls that nobody can get at in the window that there is: out of it whatever one scrolls, or under something else. */
export function unreachable(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const controls = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [role=tab]',
    );
    const lost: string[] = [];
    for (const control of controls) {
      const { disabled } = control as HTMLButtonElement;
      // Those that only a focus shows are for keys alone.
      if (disabled || !control.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (control.matches('.visually, .skip, .visually *')) continue;
      control.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
      const { left, right, top, bottom } = control.getBoundingClientRect();
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      const found = document.elementFromPoint(x, y);
      const label = (control as HTMLInputElement).labels?.[0];
      const isThere = found && (control.contains(found) || found.contains(control) || label?.contains(found));
      const isInside = left >= -1 && top >= -1 && right <= innerWidth + 1;
      if (!isThere || !isInside)
        lost.push(
          `${control.tagName} “${(control.getAttribute('aria-label') ?? control.textContent ?? '').trim().slice(0, 40)}” at ${Math.round(left)}-${Math.round(right)}, ${Math.round(top)}-${Math.round(bottom)} ${isThere ? '' : `under ${found?.outerHTML.slice(0, 80)}`}`,
        );
    }
    return lost;
  });
}

/** Elements that move although the person asked for stillness. */
export function motions(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    // A motion that began before the wish may end.
    await Promise.race([
      Promise.allSettled(document.getAnimations().map(({ finished }) => finished)),
      new Promise((resolve) => setTimeout(resolve, 1000)),
    ]);
    const lasts = (times: string) => times.split(',').some((time) => Number.parseFloat(time) > 0);
    const moving = [...document.querySelectorAll('*')].flatMap((element) => {
      const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
      const moves = lasts(transitionDuration) || (animationName !== 'none' && lasts(animationDuration));
      return moves ? [`${element.tagName}.${element.className}`] : [];
    });
    const running = document.getAnimations().filter(({ playState }) => playState === 'running');
    return [
      ...new Set(moving),
      ...running.map(
        ({ effect }) => `${(effect as KeyframeEffect | null)?.target?.outerHTML.slice(0, 80)} runs`,
      ),
    ];
  });
}

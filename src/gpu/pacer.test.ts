import { expect, test } from 'vitest';
import { FIRST_MS, MAX_DISPATCH_MS, MAX_FIRST_MS, Pacer, TARGET_MS } from './pacer';

/** Runs pieces of a kind on a device that takes `msOf(units)`; returns units and milliseconds of each. */
function run(pacer: Pacer, pieces: number, msOf: (units: number) => number, most = Number.POSITIVE_INFINITY) {
  return Array.from({ length: pieces }, () => {
    const units = Math.min(most, pacer.fits('search'));
    const ms = msOf(units);
    pacer.record([{ kind: 'search', units }], ms);
    return { units, ms };
  });
}

test('pieces start small and grow to the target', () => {
  const pacer = new Pacer();
  const all = run(pacer, 8, (units) => units / 5e7);
  expect(all[0]!.ms).toBeLessThan(MAX_FIRST_MS);
  expect(Math.max(...all.map((piece) => piece.ms))).toBeLessThan(MAX_DISPATCH_MS);
  expect(all.at(-1)!.ms).toBeGreaterThan(TARGET_MS / 2);
});

test('a device that becomes 20 times slower in mid-run gets the next piece cut', () => {
  const pacer = new Pacer();
  run(pacer, 10, (units) => units / 5e7);
  const [late, next] = run(pacer, 2, (units) => (20 * units) / 5e7);
  expect(late!.ms).toBeGreaterThan(MAX_DISPATCH_MS);
  expect(late!.ms).toBeLessThan(2000);
  expect(next!.ms).toBeLessThan(1.1 * TARGET_MS);
  // And one that recovers gets long pieces again.
  expect(run(pacer, 4, (units) => units / 5e7).at(-1)!.ms).toBeGreaterThan(TARGET_MS / 2);
});

test('what one kind says of a slower device holds for the others', () => {
  const pacer = new Pacer();
  for (const kind of ['a', 'b']) for (let i = 0; i < 8; i++) pacer.record([{ kind, units: 1e6 }], 50);
  const before = pacer.fits('b');
  pacer.record([{ kind: 'a', units: 1e6 }], 1000);
  expect(pacer.fits('b')).toBeLessThan(before / 15);
});

test('pieces grow where many invocations take as long as one', () => {
  // 60 ms however few; a device that holds 1e9 units at a time.
  const all = run(new Pacer(), 20, (units) => 60 * Math.max(1, units / 1e9), 4e9);
  expect(all.at(-1)!.units).toBeGreaterThan(1e9);
  expect(Math.max(...all.map((piece) => piece.ms))).toBeLessThan(MAX_DISPATCH_MS);
});

test('the rest of a tensor does not undo what was learnt, on a device that holds many invocations', () => {
  const pacer = new Pacer();
  const msOf = (units: number) => 60 * Math.max(1, units / 1e9);
  run(pacer, 20, msOf);
  const before = pacer.fits('search');
  pacer.record([{ kind: 'search', units: before / 50 }], 60);
  expect(pacer.fits('search')).toBe(before);
});

test('a submit of several kinds is predicted after a few of them', () => {
  const pacer = new Pacer();
  const works = [
    { kind: 'product', units: 3e8 },
    { kind: 'attention', units: 2e8 },
  ];
  const msOf = () => 3e8 / 1e8 + 2e8 / 1e7;
  expect(pacer.budget(['product'])).toBe(FIRST_MS);
  for (let i = 0; i < 8; i++) pacer.record(works, msOf());
  const expected = works.reduce((ms, work) => ms + pacer.predict(work), 0);
  expect(expected).toBeGreaterThan(0.8 * msOf());
  expect(expected).toBeLessThan(1.2 * msOf());
  expect(pacer.budget(['product', 'attention'])).toBe(TARGET_MS);
  expect(pacer.budget(['product', 'new'])).toBe(FIRST_MS);
});

test('answers that come late for short work do not slow it down for good', () => {
  const pacer = new Pacer();
  for (let i = 0; i < 5; i++) pacer.record([{ kind: 'norm', units: 1000 }], 2);
  expect(pacer.predict({ kind: 'norm', units: 1000 })).toBeLessThan(0.1);
});

test('turned off, everything fits', () => {
  const pacer = new Pacer();
  pacer.isOn = false;
  expect(pacer.fits('search')).toBe(Number.POSITIVE_INFINITY);
  expect(pacer.budget(['search'])).toBe(Number.POSITIVE_INFINITY);
});

test('a hiccup of the machine is forgotten when the next submit takes its usual time', () => {
  const pacer = new Pacer();
  for (const kind of ['a', 'b', 'c']) for (let i = 0; i < 8; i++) pacer.record([{ kind, units: 1e6 }], 50);
  const before = ['a', 'b', 'c'].map((kind) => pacer.fits(kind));
  pacer.record([{ kind: 'a', units: 1e6 }], 1500);
  expect(pacer.fits('c')).toBeLessThan(before[2]! / 15);
  pacer.record([{ kind: 'b', units: 1e6 }], 50);
  for (const [i, kind] of ['a', 'b', 'c'].entries()) {
    expect(pacer.fits(kind)).toBeGreaterThan(0.9 * before[i]!);
    expect(pacer.fits(kind)).toBeLessThan(1.1 * before[i]!);
  }
});

test('a kind that jumps twice on end has become slower, whatever others say', () => {
  const pacer = new Pacer();
  const works = ['a', 'b'].map((kind) => ({ kind, units: 1e6 }));
  for (const work of works) for (let i = 0; i < 8; i++) pacer.record([work], 50);
  const before = pacer.fits('a');
  for (let i = 0; i < 2; i++) {
    pacer.record([works[0]!], 1000);
    pacer.record([works[1]!], 50);
  }
  expect(pacer.fits('a')).toBeLessThan(before / 15);
  expect(pacer.fits('b')).toBeGreaterThan(0.9 * before);
});

test('kinds that have been measured since a jump do not speak for those that have not', () => {
  const pacer = new Pacer();
  const work = (kind: string) => ({ kind, units: 1e6 });
  for (const kind of ['a', 'b', 'c']) for (let i = 0; i < 8; i++) pacer.record([work(kind)], 50);
  for (let i = 0; i < 8; i++) pacer.record([work('short')], 10);
  const before = pacer.fits('c');
  for (const kind of ['a', 'b']) pacer.record([work(kind)], 1000);
  pacer.record([work('b'), work('short')], 1010);
  expect(pacer.fits('c')).toBeLessThan(before / 15);
});

test('on a machine with something else to do, what nobody measures does not become slower with every hiccup', () => {
  const pacer = new Pacer();
  const rare = { kind: 'rare', units: 1e6 };
  for (let i = 0; i < 8; i++) pacer.record([rare], 1);
  for (let i = 0; i < 200; i++) {
    const units = Math.max(1, pacer.fits('often'));
    pacer.record([{ kind: 'often', units }], units / 5e7 + (i % 5 === 4 ? 400 : 0));
    expect(pacer.predict(rare)).toBeLessThan(200);
  }
  // Left alone, it gets long pieces again.
  const units = Array.from({ length: 10 }, () => {
    const fits = pacer.fits('often');
    pacer.record([{ kind: 'often', units: fits }], fits / 5e7);
    return fits;
  });
  expect(units.at(-1)! / 5e7).toBeGreaterThan(TARGET_MS / 2);
});

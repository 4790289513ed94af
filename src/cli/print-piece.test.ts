import { afterEach, expect, test, vi } from 'vitest';
import type { GeneratedPiece } from '../infer/generate';
import { piecePrinter } from './print-piece';

afterEach(() => {
  vi.restoreAllMocks();
});

const PIECES: readonly GeneratedPiece[] = [
  { kind: 'mark', id: 1, text: '[THINK]', parts: [] },
  { kind: 'text', id: 2, text: 'Hm', parts: [{ kind: 'thoughts', text: 'Hm' }] },
  { kind: 'text', id: 3, text: '.', parts: [{ kind: 'thoughts', text: '.' }] },
  { kind: 'mark', id: 4, text: '[/THINK]', parts: [] },
  { kind: 'text', id: 5, text: 'Yes.', parts: [{ kind: 'answer', text: 'Yes.' }] },
  { kind: 'mark', id: 6, text: '<|x|>', parts: [{ kind: 'mark', text: '<|x|>' }] },
];

function printed(marks: boolean) {
  const out: string[] = [];
  const error: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => error.push(String(text)) > 0);
  const print = piecePrinter(marks);
  for (const piece of PIECES) print(piece);
  return { out: out.join(''), error: error.join('') };
}

test('the answer goes to standard output, thoughts to standard error', () => {
  expect(printed(false)).toEqual({ out: 'Yes.', error: 'thoughts: Hm.\n' });
});
test('with marks all goes to standard output', () => {
  expect(printed(true)).toEqual({ out: '[THINK]Hm.[/THINK]Yes.<|x|>', error: '' });
});

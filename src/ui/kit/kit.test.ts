import { expect, test } from 'vitest';
import { fileTypes } from '../../quant/file-types';
import { type Family, familyOf } from './family';
import {
  ago,
  gigabytesOf,
  inUnit,
  megaOrGiga,
  nats,
  natsWithError,
  partOf,
  sizeUnit,
  weights,
} from './units';

test('every level has the family of its name', () => {
  const names: Partial<Record<Family, string[]>> = {};
  for (const { label } of fileTypes) (names[familyOf(label)] ??= []).push(label);
  expect(names.float).toEqual(['F32', 'BF16', 'F16']);
  expect(names.legacy).toEqual(['Q8_0', 'Q5_1', 'Q5_0', 'Q4_1', 'Q4_0']);
  expect(names.fp4).toContain('MXFP4_MOE');
  expect(names.tri?.toSorted()).toEqual(['Q1_0', 'Q2_0', 'TQ1_0', 'TQ2_0']);
  expect(names.k?.every((n) => /^Q\d_K/.test(n))).toBe(true);
  expect(names.i?.every((n) => n.startsWith('IQ'))).toBe(true);
  expect(names.mix ?? []).toEqual([]);
  expect(familyOf('my mix')).toBe('mix');
});

test('sizes are decimal', () => {
  expect(megaOrGiga(4_920_000_000)).toBe('4.92 GB');
  expect(megaOrGiga(7_380_000)).toBe('7.4 MB');
  expect(megaOrGiga(400)).toBe('1 kB');
  expect(megaOrGiga(0)).toBe('0 MB');
  expect([sizeUnit(4_920_000_000), sizeUnit(7_380_000)]).toEqual(['GB', 'MB']);
  expect(inUnit(4_920_000_000, 'GB')).toBe('4.92');
  expect(inUnit(7_380_000, 'MB')).toBe('7.38');
  expect(weights(8_030_000_000)).toBe('8.03 G');
  expect(weights(3_700_000)).toBe('3.7 M');
});

test('memory before the whole that it is a part of is never hardly any of it', () => {
  const of = (bytes: number, whole = 8e9) => `${partOf(bytes, whole)} of ${gigabytesOf(whole)}`;
  expect(of(21_600_000)).toBe('21.6 MB of 8.0 GB');
  expect(of(99_900_000)).toBe('99.9 MB of 8.0 GB');
  expect(of(100_000_000)).toBe('0.1 of 8.0 GB');
  expect(of(5_960_000_000)).toBe('6.0 of 8.0 GB');
  expect(of(0)).toBe('0.0 of 8.0 GB');
});

test('a divergence has two digits that tell something', () => {
  expect(nats(0)).toBe('0');
  expect(nats(0.0313)).toBe('0.031');
  expect(nats(0.0055)).toBe('0.0055');
  expect(nats(0.45)).toBe('0.45');
  expect(nats(2.2)).toBe('2.2');
  expect(nats(0.00012)).toBe('1.2e−4');
});

test('an error has the decimals of what it is of, and does not vanish', () => {
  expect(natsWithError(0.0313, 0.0041)).toBe('0.031 ± 0.004');
  expect(natsWithError(0.011, 0.00063)).toBe('0.011 ± 0.001');
  expect(natsWithError(0.0056, 0.00034)).toBe('0.0056 ± 0.0003');
  expect(natsWithError(0.25, 0.0008)).toBe('0.25 ± 0.0008');
  expect(natsWithError(0.00012, 0.00003)).toBe('1.2e−4 ± 3.0e−5');
  expect(natsWithError(0, 0.002)).toBe('0 ± 0.0020');
});

test('a day is told from today', () => {
  const now = new Date(2026, 10, 28, 0, 30).getTime();
  expect(ago(now - 60_000, now)).toBe('today');
  expect(ago(now - 60 * 60_000, now)).toBe('yesterday');
  expect(ago(new Date(2026, 10, 20, 12).getTime(), now)).toBe('Nov 20');
});

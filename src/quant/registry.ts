import { bf16 } from './bf16';
import { f16 } from './f16';
import { f32 } from './f32';
import type { QuantFormat } from './format';
import { tq1_0 } from './tq1_0';
import { tq2_0 } from './tq2_0';
import { iq4_nl } from './iq4_nl';
import { iq4_xs } from './iq4_xs';
import { q2_k } from './q2_k';
import { q3_k } from './q3_k';
import { q4_k } from './q4_k';
import { q5_k } from './q5_k';
import { q4_0 } from './q4_0';
import { q4_1 } from './q4_1';
import { q5_0 } from './q5_0';
import { q5_1 } from './q5_1';
import { q6_k } from './q6_k';
import { q8_0 } from './q8_0';

/** Every format, widest first. Adding one is a file, a shader folder and a line here. */
export const quantFormats: readonly QuantFormat[] = [
  f32,
  bf16,
  f16,
  q8_0,
  q6_k,
  q5_1,
  q5_k,
  q5_0,
  q4_1,
  q4_k,
  q4_0,
  iq4_nl,
  iq4_xs,
  q3_k,
  q2_k,
  tq2_0,
  tq1_0,
];

export const formatByGgmlType = (type: number): QuantFormat | undefined =>
  quantFormats.find((f) => f.ggmlType === type);

export function formatByLabel(label: string): QuantFormat {
  const format = quantFormats.find((f) => f.label === label);
  if (!format) throw new Error(`no format "${label}"`);
  return format;
}

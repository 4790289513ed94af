import { bf16 } from './formats/bf16';
import { f16 } from './formats/f16';
import { f32 } from './formats/f32';
import type { QuantFormat } from './format';
import { tq1_0 } from './formats/tq1_0';
import { tq2_0 } from './formats/tq2_0';
import { iq1_m } from './formats/iq1_m';
import { iq1_s } from './formats/iq1_s';
import { iq2_s } from './formats/iq2_s';
import { iq2_xs } from './formats/iq2_xs';
import { iq2_xxs } from './formats/iq2_xxs';
import { iq3_s } from './formats/iq3_s';
import { iq3_xxs } from './formats/iq3_xxs';
import { mxfp4 } from './formats/mxfp4';
import { nvfp4 } from './formats/nvfp4';
import { q1_0 } from './formats/q1_0';
import { q2_0 } from './formats/q2_0';
import { iq4_nl } from './formats/iq4_nl';
import { iq4_xs } from './formats/iq4_xs';
import { q2_k } from './formats/q2_k';
import { q3_k } from './formats/q3_k';
import { q4_k } from './formats/q4_k';
import { q5_k } from './formats/q5_k';
import { q4_0 } from './formats/q4_0';
import { q4_1 } from './formats/q4_1';
import { q5_0 } from './formats/q5_0';
import { q5_1 } from './formats/q5_1';
import { q6_k } from './formats/q6_k';
import { q8_0 } from './formats/q8_0';

/** All formats, widest first. A new format needs a file, a shader folder and a line here. */
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
  nvfp4,
  iq4_xs,
  mxfp4,
  q3_k,
  iq3_s,
  iq3_xxs,
  q2_k,
  iq2_s,
  iq2_xs,
  q2_0,
  iq2_xxs,
  tq2_0,
  iq1_m,
  tq1_0,
  iq1_s,
  q1_0,
];

export const formatByGgmlType = (type: number): QuantFormat | undefined =>
  quantFormats.find((f) => f.ggmlType === type);

export function formatByLabel(label: string): QuantFormat {
  const format = quantFormats.find((f) => f.label === label);
  if (!format) throw new Error(`no format "${label}"`);
  return format;
}

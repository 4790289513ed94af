import type { Sources } from './link';

/** Language feature of WGSL with dot products and packing of four 8-bit integers in a word. */
export const PACKED_4X8 = 'packed_4x8_integer_dot_product';

const EMULATED = 'lib/packed4x8';
const USES = /\b(?:un)?pack4x[IU]8\b|\bdot4I8Packed\b/;

/** The shaders for a WGSL without the language feature: those that use its functions bring their own. */
export const withPacked4x8 = (sources: Sources): Sources =>
  new Map(
    [...sources].map(([path, text]) => [
      path,
      path !== EMULATED && USES.test(text) ? `//#import ${EMULATED}\n${text}` : text,
    ]),
  );

/** Families of levels, told by colour and by shape. */
export const families = ['float', 'legacy', 'k', 'i', 'fp4', 'tri', 'mix'] as const;
export type Family = (typeof families)[number];

/** The family of a level by its name. */
export function familyOf(type: string): Family {
  if (/^B?F\d+$/.test(type)) return 'float';
  if (/^(MX|NV)FP4/.test(type)) return 'fp4';
  if (/^IQ/.test(type)) return 'i';
  if (/^(TQ\d|Q1_0|Q2_0)/.test(type)) return 'tri';
  if (/^Q\d_K/.test(type)) return 'k';
  if (/^Q\d_\d$/.test(type)) return 'legacy';
  return 'mix';
}

/** Outlines in a box of 12 by 12 around the origin. */
export const shapes: Readonly<Record<Family, string>> = {
  float: 'M0-5 5 4H-5Z',
  legacy: 'M-4.5-4.5h9v9h-9Z',
  k: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z',
  i: 'M0-5.5 5.5 0 0 5.5-5.5 0Z',
  fp4: 'M-2.9-5h5.8L5.8 0 2.9 5h-5.8L-5.8 0Z',
  tri: 'M-1.5-5.5h3v4h4v3h-4v4h-3v-4h-4v-3h4Z',
  mix: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0ZM-2.5 0a2.5 2.5 0 1 1 5 0a2.5 2.5 0 1 1-5 0Z',
};

/** The mark of a level's family; its name stands beside it. */
export function Dot({ family }: { readonly family: Family }) {
  return (
    <svg className="dot" viewBox="-6 -6 12 12" aria-hidden="true">
      <path className={`f-${family}`} fillRule="evenodd" d={shapes[family]} />
    </svg>
  );
}

import type { Words } from '../en';
import { all, levels, whole } from './numbers';

type Charts = Pick<Words['compare'], keyof typeof import('../en/compare-charts').compareCharts>;

export const compareCharts: Charts = {
  sizeLoss: 'Ukuran terhadap kehilangan',
  sizeLossCap: (base, tokens) => `KL dari ${base} dalam nat, batang 95 %, ${whole(tokens)} token`,
  speedLoss: 'Kecepatan terhadap kehilangan',
  speedLossCap: 'penulisan, dari yang paling lambat ke yang paling cepat',
  speedContext: 'Kecepatan terhadap konteks',
  speedContextCap: 'penulisan, token/dtk',
  memory: 'Memori GPU',
  bits: 'Bit per bobot',
  bitsCap: 'dari seluruh berkas',
  weights: 'Bobot',
  cache: 'Tembolok',
  compute: 'Hitungan',
  fileAxis: (unit) => `berkas, ${unit}`,
  speedAxis: 'penulisan, token/dtk',
  contextAxis: 'token dalam konteks',
  memoryAxis: (context, unit) => `pada konteks ${context}, ${unit}`,
  bitsAxis: 'bit per bobot',
  lowerLeft: 'kiri bawah lebih baik',
  lowerRight: 'kanan bawah lebih baik',
  higher: 'lebih tinggi lebih baik',
  doesNotFit: (size) => `terlalu besar untuk ${size}`,
  tooCloseMark: 'terlalu dekat untuk diputuskan',
  memoryEnds: 'memori habis di sini',
  zero: '0',
  sizeLossLabel: (n, closest, farthest, ties) =>
    `${levels(n)} menurut ukuran berkas dan kehilangan. ${closest} paling dekat, ${farthest} paling jauh.${ties.map((t) => ` Terlalu dekat untuk diputuskan: ${all(t)}.`).join('')}`,
  speedLossLabel: (fastest, speed) =>
    `Level menurut kecepatan dan kehilangan. ${fastest} paling cepat, ${speed} token per detik.`,
  speedContextLabel: (n, longest) =>
    `Kecepatan ${levels(n)} menurut panjang konteks, sampai ${longest} token.`,
  memoryLabel: (largest, size) =>
    `Memori GPU tiap level, bagian demi bagian. ${largest} memakan paling banyak, ${size}.`,
  bitsLabel: (largest, bits, smallest, least) =>
    `Bit per bobot tiap level: dari ${bits} pada ${largest} sampai ${least} pada ${smallest}.`,
  tip: {
    baseline: 'acuan: tidak kehilangan apa pun',
    kl: (kl) => `KL ${kl}`,
    interval: (low, high) => `95 %: ${low} sampai ${high}`,
    noInterval: 'satu potong: tanpa selang',
    same: (share) => `token berikut sama ${share} dari 100`,
    speed: (median, min, max) => `${median} token/dtk (${min} sampai ${max})`,
    bits: (n) => `${n} bit per bobot`,
    atContext: (tokens) => `${tokens} token`,
    total: (size) => `${size} seluruhnya`,
  },
};

import type { Words } from '../en';
import { whole } from './numbers';

type Table = Pick<Words['compare'], keyof typeof import('../en/compare-table').compareTable>;

export const compareTable: Table = {
  level: 'Level',
  tableOf: 'Angka terukur',
  meaning: 'Arti angka-angka ini',
  columns: {
    file: { title: (unit) => `Berkas, ${unit}`, help: 'Ukuran GGUF.' },
    resident: {
      title: (unit) => `Memori, ${unit}`,
      help: 'Memori GPU untuk bobot, tembolok, dan ruang kerja selama berjalan.',
    },
    peak: {
      title: (unit) => `Puncak, ${unit}`,
      help: 'Memori GPU terbanyak yang terpakai sekaligus, termasuk saat kuantisasi.',
    },
    prompt: {
      title: () => 'Prompt, token/dtk',
      help: 'Token prompt yang dibaca dalam sedetik: median, putaran paling lambat dan paling cepat.',
    },
    generation: {
      title: () => 'Penulisan, token/dtk',
      help: 'Token yang ditulis dalam sedetik: median, putaran paling lambat dan paling cepat.',
    },
    ceiling: {
      title: () => 'Batas atas, token/dtk',
      help: 'Yang paling banyak dimungkinkan perangkat ini: menurut yang dibaca dari memori untuk tiap token, atau menurut biaya dispatch, mana yang lebih rendah.',
    },
    perplexity: {
      title: () => 'Perpleksitas',
      help: 'Seberapa terkejut level ini oleh teks, dengan galat baku; lebih rendah lebih baik. Bandingkan level, bukan model.',
    },
    kl: {
      title: () => 'Kehilangan, KL',
      help: 'Divergensi KL: seberapa jauh peluang token berikut dari peluang acuan, dalam nat, rata-rata atas teks, dengan selang 95 %; 0 berarti sama.',
    },
    klLow: { title: () => 'Kehilangan, 95 % bawah', help: 'Ujung bawah selang 95 % dari kehilangan.' },
    klHigh: { title: () => 'Kehilangan, 95 % atas', help: 'Ujung atas selang 95 % dari kehilangan.' },
    kl99: {
      title: () => 'KL, 99 %',
      help: 'Divergensi yang tidak dilampaui 99 dari 100 token: saat-saat buruknya.',
    },
    same: {
      title: () => 'Token berikut sama, %',
      help: 'Bagian token di mana level dan acuan menganggap token yang sama paling mungkin.',
    },
    sameLow: { title: () => 'Sama, 95 % bawah', help: 'Ujung bawah selang 95 % dari bagian itu.' },
    sameHigh: { title: () => 'Sama, 95 % atas', help: 'Ujung atas selang 95 % dari bagian itu.' },
    rms: {
      title: () => 'RMS Δp, %',
      help: 'Seberapa jauh peluang token yang benar bergeser dari peluang acuan, akar rata-rata kuadrat.',
    },
    tokens: { title: () => 'Token', help: 'Yang dinilai: makin banyak, makin pasti.' },
  },
  csv: {
    file: 'bita berkas',
    resident: 'bita menetap',
    peak: 'bita puncak',
    prompt: 'token/dtk prompt',
    generation: 'token/dtk penulisan',
    ceiling: 'token/dtk batas atas',
    perplexity: 'perpleksitas',
    kl: 'rata-rata KL nat',
    klLow: 'rata-rata KL 95 % bawah',
    klHigh: 'rata-rata KL 95 % atas',
    kl99: 'KL 99 % nat',
    same: 'bagian teratas sama',
    sameLow: 'teratas sama 95 % bawah',
    sameHigh: 'teratas sama 95 % atas',
    rms: 'RMS delta p',
    tokens: 'token dinilai',
  },
  bytes: (n) => `${whole(n)} bita`,
  bound: (speed, by) => `${speed}, oleh ${by === 'bytes' ? 'memori' : 'dispatch'}`,
  boundHelp: (bytes, byBytes, dispatches, byDispatches) =>
    `${bytes} per token: ${byBytes} token/dtk; ${dispatches} dispatch per token: ${byDispatches} token/dtk`,
  spread: (median, min, max) => `${median} (${min} sampai ${max})`,
  quantiles: (q) =>
    `rata-rata ${q.mean}, median ${q.median}, 90 %: ${q.p90}, 95 %: ${q.p95}, 99 %: ${q.p99}, 99,9 %: ${q.p999}, terbesar ${q.max}`,
  conditions: {
    on: (adapter, date) => `${adapter}, ${date}`,
    quality: (base, tokens, text, chunks, context) =>
      `; kehilangan dari ${base} atas ${whole(tokens)} token dari ${text} (${chunks} potong berisi ${context})`,
    paged: '; lapis demi lapis, karena keduanya tidak muat berdampingan',
    mixed: '; sebagian atas lebih banyak teks: lihat jumlah token',
  },
};

import type { Words } from '../en';
import { compareCharts } from './compare-charts';
import { compareTable } from './compare-table';
import { all, decimal, levels, whole } from './numbers';

const times = (n: number) => (n < 10 ? decimal(n, 1) : whole(Math.round(n)));
/** A time that is only roughly known. */
function about(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return 'beberapa detik';
  if (seconds < 90) return `${10 * Math.round(seconds / 10)} dtk`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} mnt`;
  return `${Math.floor(minutes / 60)} jam${minutes % 60 === 0 ? '' : ` ${minutes % 60} mnt`}`;
}

export const compare: Words['compare'] = {
  ...compareCharts,
  ...compareTable,
  parts: 'Bagian Bandingkan',
  charts: 'Grafik',
  table: 'Tabel',
  side: 'Berdampingan',
  setup: 'Yang diukur',
  measure: (n, ms) => (ms === null ? `Ukur ${levels(n)}` : `Ukur ${levels(n)}, sekitar ${about(ms)}`),
  unknownTime: (budget) =>
    `Lamanya belum diketahui sebelum pernah dilakukan sekali di perangkat ini. Membandingkan memakan paling lama ${budget} per level.`,
  unknownParts: (unknown, names) => {
    const what = {
      quantizing: `secepat apa ${all(names)} dikuantisasi`,
      comparing: 'secepat apa teks dibandingkan',
      speed: 'berapa lama pengukuran kecepatan',
    };
    return `Belum diketahui: ${all(unknown.map((u) => what[u]))}.`;
  },
  seconds: (n) => (n < 60 ? `${n} dtk` : `${n / 60} mnt`),
  pause: 'Jeda',
  chosen: (n) => levels(n),
  chooseLevels: 'Pilih level',
  baseline: 'Acuan',
  text: 'Teks',
  ownText: 'Teks Anda sendiri…',
  context: 'Konteks',
  budget: 'Anggaran waktu',
  budgetOf: (n) => `${n < 120 ? `${n} dtk` : `${n / 60} mnt`} per level`,
  figures: 'Angka',
  figuresOf: {
    all: 'Semua',
    both: 'Kehilangan dan kecepatan',
    loss: 'Kehilangan',
    speed: 'Kecepatan',
  },
  help: 'Bantuan tentang yang diukur',
  terms: [
    ['Acuan', 'Level yang menjadi pembanding level lain, token demi token.'],
    ['Teks', 'Yang dibaca dan diramalkan. Sebaiknya sejenis dengan kegunaan model bagi Anda.'],
    ['Konteks', 'Token sekaligus: teks dipotong-potong sepanjang ini; paruh kedua tiap potong dinilai.'],
    [
      'Anggaran waktu',
      'Detik pembandingan untuk tiap level. Level pertama menentukan seberapa banyak teks yang diberikan kepada semuanya.',
    ],
    [
      'Kehilangan',
      'Divergensi KL dari acuan: seberapa jauh peluang token berikut dari peluang acuan, dalam nat, rata-rata. 0 berarti sama.',
    ],
    [
      '±',
      'Selang 95 %, dari seberapa berbeda potongan teks. Dua level dibandingkan potong demi potong, yang lebih banyak bercerita daripada dua selang.',
    ],
    [
      'Kecepatan',
      'Satu level setiap kali: 64 token prompt, lalu 16 token rakus; sekali pemanasan, lima putaran, mediannya. Menurut konteks: 16 token di akhir konteks dengan beberapa panjang, tiga putaran.',
    ],
  ],
  unfinished: (n, left) => `Pengukuran ${levels(n)} berhenti dengan ${whole(left)} langkah tersisa.`,
  goOn: 'Teruskan',
  leave: 'Biarkan',
  empty:
    'Belum ada yang diukur. Yang hilang dari tiap level, kecepatannya, dan kebutuhannya muncul di sini begitu diukur.',
  emptyNoGpu:
    'Tidak ada yang diukur, dan peramban ini tidak punya WebGPU untuk mengukur. Laporan yang tersimpan dapat dilihat.',
  noSpeed: 'Kecepatan tidak diukur.',
  drawing: 'Menggambar…',

  partial: (done, of) => `Sejauh ini, ${whole(done)} dari ${levels(of)}: `,
  tooClose: (names) => `Terlalu dekat untuk memutuskan antara ${all(names)}`,
  take: (type) => `Ambil ${type}`,
  probably: (type) => `Barangkali ${type}`,
  fewTokens: (type, tokens) => `${type} sejauh ini: ${whole(tokens)} token terlalu sedikit untuk pasti`,
  noneSafe: 'Tidak satu pun yang aman',
  noneFits: (base) => `Tidak ada yang lebih kecil dari ${base} dan muat yang sudah diukur`,
  lossOf: (kl, base, tokens) => `KL ${kl} dari ${base} atas ${whole(tokens)} token`,
  sameToken: (share, range) =>
    `; token berikut sama ${share} kali dari 100${range === null ? '' : ` (${range})`}.`,
  range: (low, high) => `${low} sampai ${high}`,
  tieOf: (own, other, tokens) => `KL ${own} dan ${other} atas ${whole(tokens)} token`,
  mayBeNone: (difference) => `; selisihnya, ${difference}, mungkin tidak ada.`,
  errorNotKnown: '; dari satu potong tidak ada yang tahu galatnya.',
  alsoClose: (names) => `Terlalu dekat dengannya untuk diputuskan: ${all(names)}.`,
  smallestSure: (limit) =>
    `Tidak ada yang lebih kecil yang tetap di bawah ${decimal(limit, 2)} nat, termasuk galat.`,
  smallestMean: (limit) => `Ini yang terkecil dengan rata-rata di bawah ${decimal(limit, 2)} nat.`,
  smallestUnsure: (limit) =>
    `Ini yang terkecil dengan rata-rata di bawah ${decimal(limit, 2)} nat; galatnya melampaui itu.`,
  closestSafe: (limit) =>
    `Tidak ada yang muat yang lebih dekat, dan ia tetap di bawah ${decimal(limit, 2)} nat.`,
  smallerUnsure: (type, kl) => `${type} (${kl}) mungkin juga cukup.`,
  timesSmaller: (n, base) => `${times(n)} kali lebih kecil dari ${base}`,
  timesFaster: (n) => `, pada ${times(n)} kali kecepatannya.`,
  sizeAndSpeed: (type, size, isSmaller, speed) => {
    const pace =
      speed === null
        ? ''
        : Math.abs(speed - 1) < 0.05
          ? ' dan sama cepat'
          : speed > 1
            ? `, dan ${times(speed)} kali secepat itu`
            : `, dan lebih lambat (${decimal(speed, 2)} dari kecepatannya)`;
    return `${type} ${size} lebih ${isSmaller ? 'kecil' : 'besar'}${pace}.`;
  },
  closer: (type, kl, size) => `${type} jelas lebih dekat (${kl}) dengan tambahan ${size}.`,
  smaller: (type, kl, size) => `${type} ${size} lebih kecil, dan jelas lebih jauh (${kl}).`,
  moreTokens: (n, minimum) =>
    `Di bawah ${whole(minimum)} token tidak ada yang pasti: perlu ${whole(n)} lagi.`,
  noInterval: 'Ini diukur pada satu potong teks, yang galatnya tidak dapat diketahui.',
  tooLarge: (type, size) => `${type} akan aman, dan ${size} terlalu besar untuk GPU ini.`,
  closestIs: (type, kl, limit) =>
    `${type} yang paling dekat dan muat: KL ${kl}, dan sampai ${decimal(limit, 2)} aman.`,
  measureMore: (names, ms) => {
    const who = names.length === 1 ? names[0]! : names.length === 2 ? 'keduanya' : `ke-${names.length}nya`;
    return ms === null ? `Ukur ${who} pada lebih banyak teks` : `Ukur ${who} selama ${about(ms)} lagi`;
  },
  textEnds: (chunks) =>
    `Teksnya habis: semua ${whole(chunks)} potong sudah diukur. Teks Anda sendiri yang lebih panjang bercerita lebih banyak.`,
  download: (type) => `Unduh ${type}`,

  saveAs: 'Simpan sebagai',
  png: 'PNG',
  svg: 'SVG',
  csvFile: 'CSV',
  markdown: 'Markdown',
  json: 'JSON',
  picture: 'Gambar',
  pictureHelp: 'Satu gambar 1200 kali 630 piksel, untuk ditunjukkan kepada orang lain',
  copyAs: (format) => `Salin sebagai ${format}`,
  copied: (format) => `Tersalin sebagai ${format}.`,
  notCopied: 'Peramban tidak mengizinkan penyalinan.',
  forget: 'Lupakan angka-angka ini',
  saveReport: 'Simpan laporan',
  withReport: 'Bandingkan dengan laporan',
  reportCaption: (model, device, date, isOther) =>
    `Di sini, dan di sana: ${model} di ${device}, ${date}${isOther ? ' (model lain)' : ''}`,
  beside: 'Perangkat ini di samping laporan',
  there: 'di sana',
  hereOverThere: 'di sini / di sana',
  caption: (conditions) => `${conditions}. Diukur dengan Nibble Studio.`,
  factSmaller: (base) => `lebih kecil dari ${base}`,
  factSame: 'token berikut sama',
  factSpeed: 'kecepatannya di sini',

  prompt: 'Prompt untuk semua level',
  promptKind: 'Dibaca sebagai apa',
  asText: 'Lanjutkan',
  asMessage: 'Jawab',
  mostTokens: 'Token terbanyak',
  send: 'Kirim ke semua',
  sideSub: (types, most) =>
    types.length < 2
      ? `Rakus: pilih sedikitnya dua level; ${most} yang pertama menulis.`
      : `Rakus: setiap perbedaan berasal dari bobot. Perbedaan ditandai terhadap ${types[0]}.`,
  continueAt: (types) => `Pada ${types.join(', ') || 'tanpa level'}`,
  writtenAt: (type) => `Ditulis pada ${type}`,
  noDifference: (n) => `tanpa perbedaan dalam ${whole(n)} token`,
  partsAt: (at) => `berpisah pada token ${whole(at)}`,
  sideTokens: (n, percent) => `${whole(n)} token, rata-rata peluang ${percent}`,
};

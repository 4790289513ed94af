import type { Words } from '../en';
import { whole } from './numbers';

export const device: Words['device'] = {
  report: 'Simpan laporan',
  found: 'Ditemukan',
  adapter: 'Adaptor',
  lanes: 'Jumlah antarjalur',
  lanesHelp: 'Ragam kernel yang berjalan di sini',
  subgroups: {
    subgroup: (n) => `subgrup berisi ${n}`,
    pinned: (n) => `subgrup, diminta berisi ${n}`,
    mixed: (n) => `subgrup dengan ukuran apa pun, ${n} jalur per regu`,
    shared: () => 'memori workgroup',
  },
  halves: 'Pecahan 16 bit',
  hasHalves: 'ada, shader-f16',
  noHalves: 'dikemas, tanpa perlu shader-f16',
  binding: 'Binding terbesar',
  bindingHelp: (bytes) => `${whole(bytes)} bita. Tensor yang lebih besar dibelah menurut baris`,
  packed: 'Bilangan bulat 8 bit terkemas',
  nativePacked: 'milik WGSL sendiri',
  emulatedPacked: 'ditiru: WGSL peramban ini tidak punya',
  workgroup: 'Memori workgroup',
  staged: (columns) =>
    columns > 0
      ? `Memuat baris ${whole(columns)} aktivasi; perkalian satu token dengan baris lebih panjang dihitung dalam float32`
      : 'Perkalian satu token membaca aktivasi float32 dan tidak menampung apa pun',
  memoryWhy:
    'Peramban tidak mengatakan berapa memori GPU. Katakan sekali: dari situ diketahui apa yang muat.',

  selfTest: 'Uji mandiri',
  tookMs: (ms) => `${whole(Math.round(ms))} md`,
  exact: 'Berkas tepat',
  broken: 'Berkas akan ditolak',
  division: 'Pembagian',
  nativeDivision: 'dibulatkan dengan benar: dipakai',
  byIntegers: 'kira-kira: diganti dengan bilangan bulat',
  divisionHelp: (constant, root) => `Dengan tetapan ${constant}, akar kuadrat ${root}`,
  rounding: 'Pembulatan',
  exactFiles: 'berkas tepat',
  brokenFiles: 'rusak: berkas akan ditolak',
  roundingHelp: (isFused, halves) =>
    `a × b + c ${isFused ? 'digabung (dipagari)' : 'tidak digabung'}; pengemasan ke setengah ${halves} (dilakukan dengan bilangan bulat)`,
  denormals: 'Denormal',
  denormalsHelp:
    'Bilangan di bawah 1,2e−38. Jika dinolkan, blok bobot di bawah 1e−6 dapat berbeda dari llama.cpp',

  products: 'Cara mengalikan',
  paths: {
    int8: 'bilangan bulat (aktivasi dibulatkan ke int8)',
    matrix: 'unit matriks (float16)',
    float16: 'float16',
    float32: 'float32',
  },
  one: 'Perkalian satu token',
  many: 'Perkalian banyak token',
  usual: 'Bobot pecahan (F32, F16, BF16) dikalikan dalam float32',
  measuredOne: (what, threads) => `Diukur di sini untuk 4 juta bobot: ${what}. ${threads} utas per workgroup`,
  measuredMany: (what) => `Diukur di sini untuk 4 juta bobot dan 128 token: ${what}`,
  doesNotRun: (path) => `${path} tidak berjalan di sini`,
  pathTook: (path, took, error) => `${path} ${took}, galat ${error}`,
  notUsed: 'tidak dipakai',
  ms: (n) => `${n.toLocaleString('id', { maximumSignificantDigits: 3 })} md`,
  compare: 'Bandingkan dengan float32',
  beside: (type) => `${type} di samping float32`,
  difference: (kl, same) => `KL ${kl}, token teratas sama ${same} %`,
  differenceHelp: (positions, largest) =>
    `Atas ${whole(positions)} posisi teks yang ditulis level itu; terbesar ${largest}`,

  limits: 'Kecepatan terhadap batas perangkat ini sendiri',
  noRuns: 'Ukur level, dan bagian dari batas perangkat ini yang dicapai masing-masing muncul di sini.',
  measure: 'Ukur level',
  level: 'Level',
  speed: 'Token/dtk',
  limit: 'Batas',
  reached: 'Tercapai',
  bound: { bytes: 'oleh memori', dispatches: 'oleh dispatch' },
  boundHelp: (gigabytes) => `Tiap token membaca ${gigabytes} bobot dan tembolok. Batasnya juga diukur`,

  memory: 'Siapa yang memegang memori GPU',
  inUse: 'terpakai',
  atMost: 'paling banyak',
  nobody: 'Tidak ada yang dipegang.',
  owner: 'Pemegang',
  bytes: 'MB',
  freeLevel: (type) => `Bebaskan memori ${type}`,
};

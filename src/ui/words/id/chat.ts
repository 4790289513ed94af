import type { Words } from '../en';
import { decimal, whole } from './numbers';

export const chat: Words['chat'] = {
  // The list of conversations.
  conversations: 'Percakapan',
  newOne: 'Percakapan baru',
  search: 'Cari percakapan',
  none: 'Percakapan tercantum di sini setelah dimulai.',
  noHit: (query) => `Tidak ada yang memuat “${query}”.`,
  ofOthers: 'Dengan model lain',
  messages: (n) => `${whole(n)} pesan`,
  savedHere: 'Hanya tersimpan di peramban ini',
  denied:
    'Peramban ini tidak mengizinkan halaman menyimpan apa pun: percakapan bertahan sampai halaman ditutup.',
  newer: (n) =>
    `${whole(n)} lagi ditulis oleh versi halaman yang lebih baru. Muat ulang untuk mendapatkannya.`,
  exportAll: 'Ekspor semua',
  import: 'Impor',
  importFile: 'Berkas percakapan',
  showList: 'Tampilkan percakapan',
  rename: 'Ganti nama',
  renameField: 'Nama percakapan',
  exportOne: 'Ekspor',
  exportMarkdown: 'Ekspor sebagai Markdown',
  remove: 'Hapus',
  removeSure: 'Hapus selamanya',
  more: (title) => `Lainnya tentang ${title}`,

  // The head.
  untitled: 'Percakapan baru',
  level: 'Level',
  levelSwitch: 'Level di GPU',
  firstQuantized: (type) => `${type}, dikuantisasi dulu`,
  modes: 'Cara memberi prompt',
  chat: 'Obrolan',
  completion: 'Kelanjutan',
  noTemplate: 'Model ini tidak punya templat obrolan: ia melanjutkan teks.',

  // Messages.
  conversation: 'Percakapan',
  you: 'Anda',
  model: 'Model',
  newest: 'Ke yang terbaru',
  empty: 'Tanyakan sesuatu, dan jawabannya muncul di sini.',
  emptyWhere: 'Jawaban ditulis di mesin ini, dan disimpan di peramban ini.',
  edit: 'Sunting pesan',
  editAnswer: 'Sunting jawaban',
  edited: 'disunting',
  copy: 'Salin pesan',
  copyAnswer: 'Salin jawaban',
  copied: 'Tersalin',
  again: 'Jawab lagi',
  branch: 'Bercabang dari sini',
  before: 'Versi sebelumnya',
  after: 'Versi sesudahnya',
  nOfM: (at, of) => `${at} dari ${of}`,
  editField: 'Pesan yang diubah',
  send: 'Kirim',
  save: 'Simpan sebagai versi lain',
  cancel: 'Batal',
  thinking: 'Berpikir',
  thoughts: 'Pikiran',
  thought: (seconds) => `Berpikir selama ${seconds} dtk`,
  tokens: (n) => `${whole(n)} token`,
  toolCall: 'Panggilan alat',
  notRun: 'tidak dijalankan: halaman ini tidak menjalankan alat',
  mark: 'Token kendali yang ditulis model',
  code: (language) => `Kode, ${language}`,
  plainCode: 'Kode',
  copyCode: 'Salin',
  table: 'Tabel',
  noImage: 'gambar, tidak dimuat',
  opensIn: (host) => `membuka ${host} di tab baru`,
  done: 'selesai',
  notDone: 'belum selesai',
  byTokens: 'Token termungkin: tombol panah memindahkan',
  chosen: (text, percent) => `${text}: ${percent}`,

  // Figures of an answer.
  generation: 'Penulisan',
  perSecond: 'token/dtk',
  tooFew: 'satu token',
  firstToken: 'token pertama',
  seconds: (ms) => `${decimal(ms / 1000, ms < 995 ? 2 : 1)} dtk`,
  answerTokens: 'Token',
  prompt: 'Prompt',
  promptRead: (read, of) => `membaca ${whole(read)} dari ${whole(of)}`,
  promptHelp: (cached, speed) =>
    `Token prompt yang dibaca, pada ${speed} token/dtk; ${whole(cached)} lainnya sudah ada di tembolok`,
  endedBy: 'Berakhir karena',
  ended: {
    'stop token': 'berakhir sendiri',
    'stop string': 'berakhir karena teks henti',
    length: 'mencapai token terbanyak',
    context: 'konteks penuh',
    cancelled: 'dihentikan',
  },
  broken: 'berakhir karena kesalahan',

  // Changes on the way.
  answersFrom: (now, before, sizes) =>
    sizes
      ? `Mulai dari sini ${now} menjawab (${sizes[0]}), sebelumnya ${before} (${sizes[1]}).`
      : `Mulai dari sini ${now} menjawab, sebelumnya ${before}.`,
  readsOnce: 'Percakapan dibacanya sekali.',
  leftOut: (n) =>
    n === 1
      ? 'Pesan di atas tidak diberikan kepada model.'
      : `${whole(n)} pesan di atas tidak diberikan kepada model.`,
  giveAll: 'Berikan semua',

  // The composer.
  message: 'Pesan',
  messageTo: (type) => `Pesan untuk ${type}`,
  stopWriting: 'Berhenti menulis',
  waiting: 'Pesan ini belum dijawab.',
  used: (used, of) => [whole(used), ` dari ${whole(of)} token konteks terpakai.`],
  use: (tokens) => `Pakai ${tokens >= 1024 && tokens % 1024 === 0 ? `${tokens / 1024}k` : tokens}`,
  costs: (more, fits) => `+${more}${fits === null ? '' : fits ? ', muat' : ', tidak muat'}`,
  modelsMost: 'Model ini tidak menerima lebih banyak.',
  full: (tokens, context) =>
    `Prompt berisi ${whole(tokens)} token, dan konteks ${whole(context)}: tidak ada ruang untuk jawaban.`,
  tooLong: 'Pesan ini saja sudah terlalu panjang. Pendekkan, atau pakai konteks yang lebih besar.',
  leaveOut: (n) => (n === 1 ? 'Tinggalkan pesan terlama' : `Tinggalkan ${whole(n)} pesan terlama`),
  leavesTokens: (tokens) => `Pesan itu tetap di sini; model diberi yang lain, ${whole(tokens)} token.`,
  doNot: 'Jangan jawab',

  // The panel of settings.
  how: 'Cara menjawab',
  showHow: 'Cara menjawab',
  closeHow: 'Tutup panel',
  system: 'Prompt sistem',
  preset: 'Prasetel',
  ownSettings: 'Setelan sendiri',
  presets: { greedy: 'Rakus', precise: 'Tepat', balanced: 'Seimbang', creative: 'Kreatif' },
  presetName: 'Nama prasetel',
  savePreset: 'Simpan sebagai prasetel',
  saveIt: 'Simpan',
  deletePreset: (name) => `Hapus ${name}`,
  fields: {
    temperature: { label: 'Suhu', help: '0 adalah rakus: selalu token yang termungkin' },
    topP: { label: 'Top-p', help: 'Token termungkin sampai peluang ini; 1 berarti mati' },
    minP: { label: 'Min-p', help: 'Paling sedikit bagian ini dari yang termungkin; 0 berarti mati' },
    topK: { label: 'Top-k', help: 'Hanya k token termungkin; 0 berarti mati' },
    seed: { label: 'Benih', help: 'Benih yang sama memberi teks yang sama' },
    maxTokens: { label: 'Token terbanyak', help: 'Paling lambat berhenti di sini' },
    repeatPenalty: { label: 'Penalti ulangan', help: 'repeat_penalty dari llama.cpp: 1 berarti mati' },
    repeatLastN: {
      label: 'Ulangan n terakhir',
      help: 'Token yang ditengok penalti; −1 adalah seluruh konteks, 0 berarti mati',
    },
    presencePenalty: {
      label: 'Penalti kehadiran',
      help: 'Dikurangkan dari logit token yang sudah pernah muncul; 0 berarti mati',
    },
    frequencyPenalty: {
      label: 'Penalti kekerapan',
      help: 'Dikurangkan dari logit setiap kali token pernah muncul; 0 berarti mati',
    },
  },
  stops: 'Teks henti',
  stopsHelp: 'Satu per baris; \\n adalah ganti baris',
  ranks: 'Token termungkin suatu jawaban saat ditunjuk',
  given: (tokens) => `Yang diberikan kepada model (${whole(tokens)} token)`,
  givenNone: 'Yang diberikan kepada model muncul di sini setelah jawaban pertama.',
  endsAt: 'Berakhir pada:',
  endsAtLimit: 'batas token saja',

  // Completion.
  textToContinue: 'Teks untuk dilanjutkan',
  continueIt: 'Lanjutkan',
};

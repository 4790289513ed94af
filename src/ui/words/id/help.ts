import type { Words } from '../en';

export const help: Words['help'] = {
  loss: 'Seberapa jauh peluang token berikut dari peluang acuan: divergensi KL dalam nat, rata-rata. 0 berarti sama.',
  sameToken: 'Seberapa sering level dan acuan menganggap token berikut yang sama paling mungkin.',
  memory: 'Memori GPU untuk bobot, tembolok, dan ruang kerja pada konteks yang dipilih.',
  fits: 'Menurut memori GPU yang Anda katakan, pada konteks yang dipilih.',
  bits: 'Bit seluruh berkas untuk tiap bobot model.',
  file: 'Ukuran GGUF. Bita yang tepat ada pada tiap angka.',
  speed: 'Token yang ditulis dalam sedetik di perangkat ini, median lima putaran.',
  answerSpeed: 'Token jawaban ini yang ditulis dalam sedetik, tanpa yang pertama.',
  firstToken: 'Dari Kirim sampai token pertama: di antaranya prompt dibaca.',
  answerTokens: 'Token jawaban ini.',
  context: 'Token percakapan yang dilihat model sekaligus, dari yang boleh dilihatnya.',
  smaller: 'Ukuran berkas asal dibagi ukuran yang ini.',
  probabilities: 'Peluang yang diberikan tiap level kepada tokennya sendiri di sana.',
  gauge: (adapter, inUse, atMost) =>
    `${adapter}: ${inUse} terpakai, paling banyak ${atMost}. Peramban tidak mengatakan yang dipakai program lain.`,
};

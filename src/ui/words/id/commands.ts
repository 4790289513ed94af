import type { Words } from '../en';

export const commands: Words['commands'] = {
  open: 'Pergi ke mana saja',
  title: 'Pergi ke mana saja',
  filter: 'Tampilan, level, atau tindakan',
  list: 'Perintah',
  none: 'Tidak ada yang bernama begitu.',
  goTo: (view) => `Pergi ke ${view}`,
  search: 'Cari di Hugging Face',
  theme: 'Terang atau gelap',
  stop: 'Hentikan pekerjaan yang berjalan',
  tryIt: 'Coba model bawaan pada dua level',
  download: (type) => `Unduh ${type}`,
  chat: (type) => `Mengobrol dengan ${type}`,
  close: 'Tutup model',
  keys: 'Tombol',
  singleKeys: 'Tombol tunggal bekerja: 1 sampai 6, /, T, D',
  singleKeysWhy: 'Tidak pernah bekerja saat Anda mengetik. Ctrl K dan Ctrl . selalu bekerja.',
};

import type { Words } from '../en';
import { whole } from './numbers';

export const exporting: Words['export'] = {
  title: (type) => `Unduh ${type}`,
  close: 'Tutup',
  stores: 'Cara menyimpan bobot',
  where: 'Berkas',
  direct: 'Tulis langsung ke berkas yang dipilih',
  directCost: 'Separuh ruang selama menulis; yang sudah ditulis tab yang ditutup hilang.',
  keep: 'Simpan di peramban ini',
  keepWhy: 'Ditulis ke penyimpanan halaman sendiri, dan terbuka dari sana di hari lain.',
  runs: 'Yang menjalankannya',
  program: 'Program',
  commands: (program) => `Perintah untuk ${program}`,
  copy: 'Salin',
  copied: 'Tersalin',
  proof: 'Bukti',
  whenWritten: 'tampil setelah berkas ditulis',
  checked: 'Diperiksa',
  blocks: (n) => `${whole(n)} blok dibandingkan dengan kodek rujukan: semua sama`,
  blocksBefore: 'blok tiap tensor dibandingkan dengan kodek rujukan selama ditulis',
  download: (size) => `Unduh ${size}`,
  noRoom: (names) => `${names}: tidak ada ruang untuk salinan yang bertahan setelah tab ini.`,
  noRoomWhy: (wanted, room) =>
    `Diperlukan ${wanted} di penyimpanan peramban ini, yang memberi ${room}. Jika ditulis langsung ke tempat yang dipilih, penulisan tidak dapat diteruskan: bila tab ini ditutup atau dimatikan, mulai dari awal.`,
  writeDirectly: 'Tulis langsung',
  doNot: 'Jangan',
};

import type { Words } from '../en';
import { whole } from './numbers';

export const shell: Words['shell'] = {
  skip: 'Lompat ke tampilan',
  views: 'Tampilan',
  needsModel: 'Buka model dulu',
  home: 'Nibble Studio: buka model',
  job: 'Pekerjaan yang berjalan',
  stop: 'Hentikan',
  left: (seconds) => {
    const minutes = Math.floor(seconds / 60);
    return minutes > 0 ? `sisa ${minutes} mnt ${seconds % 60} dtk` : `sisa ${seconds} dtk`;
  },
  count: (done, total) => `${whole(done)} dari ${whole(total)}`,
  kernels: (done, total) => `Menyiapkan kernel, ${done} dari ${total}`,
  tensor: (name, index, count) => `${name} (${index} dari ${count})`,
  gpuMemory: 'Memori GPU: ',
  of: (total) => ` dari ${total}`,
  noGpu: 'Tanpa GPU',
  searchingGpu: 'Mencari GPU…',
  theme: (now) => `Warna: ${now}`,
  themes: { system: 'seperti sistem', light: 'terang', dark: 'gelap' },
  dismiss: 'Tutup pesan',
  newVersion: 'Versi baru: muat ulang',
  newVersionWaits: 'Ada pekerjaan berjalan, di sini atau di tab lain. Versi baru menunggu sampai selesai.',
};

export const needed: Words['needed'] = {
  title: (label) => `${label} belum dibuka`,
  unknown: 'Alamat ini tentang model yang belum pernah dilihat peramban ini',
  allow: (label) => `Izinkan membaca ${label}`,
  open: (label) => `Buka ${label}`,
  drop: (label) => `Jatuhkan ${label} lagi di sini: peramban ini tidak dapat membacanya sendiri.`,
  dropUnknown: 'Jatuhkan berkasnya di sini, atau buka model lain.',
  opening: (label) => `${label} sedang dibuka.`,
  another: 'Buka model',
  nowhere: 'Tidak ada tampilan seperti itu',
};

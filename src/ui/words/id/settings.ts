import type { Words } from '../en';

export const settings: Words['settings'] = {
  leaves:
    'Tidak ada yang meninggalkan mesin ini: halaman ini tidak mengunggah apa pun, dan tidak bertanya kepada server mana pun selain asalnya, dan Hugging Face bila Anda memberi alamatnya.',
  offline: 'Halaman ini juga terbuka tanpa jaringan.',
  language: 'Bahasa',
  languages: { system: 'Seperti sistem', en: 'English', id: 'Bahasa Indonesia' },
  notices: 'Keterangan pihak ketiga',
  version: (version) => `Versi ${version}`,
};

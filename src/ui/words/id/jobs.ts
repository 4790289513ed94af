import type { Words } from '../en';
import { whole } from './numbers';

const nth = (name: string, at: number, of: number) =>
  of === 1 ? name : `${name} (${whole(at)} dari ${whole(of)})`;

export const jobs: Words['jobs'] = {
  read: ({ name }) => `Membaca ${name}`,
  close: ({ name }) => `Menutup ${name}`,
  delete: ({ name }) => `Menghapus ${name}`,
  takeMatrixOut: () => 'Melepas matriks kepentingan',
  quantize: () => 'Mengkuantisasi',
  quantizeTo: ({ type }) => `Mengkuantisasi ke ${type}`,
  write: () => 'Menulis',
  writeAt: ({ type }) => `Menulis pada ${type}`,
  writeBeside: () => 'Menulis berdampingan',
  compareWithReference: ({ type }) => `Membandingkan ${type} dengan mode rujukan`,
  measure: () => 'Mengukur',
  measureOf: ({ figure, type, at, of, leftMs }) => {
    const about = leftMs === null ? '' : `, sisa sekitar ${Math.max(1, Math.round(leftMs / 1000))} dtk`;
    return `${figure === 'quality' ? 'Mutu' : 'Kecepatan'} ${type} (${at} dari ${of}${about})`;
  },
  measureTensors: () => 'Mengukur nilai tiap tensor',
  addLevel: () => 'Menambahkan level',
  collect: ({ name }) => `Mengumpulkan matriks kepentingan dari ${name}`,
  putBack: ({ type }) => `Mengembalikan ${type} ke GPU`,
  writeFile: ({ name, at, of }) => `Menulis ${nth(name, at, of)}`,
  keepFile: ({ name, at, of }) => `Menyimpan ${nth(name, at, of)}`,
  goOn: ({ name }) => `Meneruskan ${name}`,
  deleteExport: () => 'Menghapus ekspor',
};

import type { Words } from '../en';
import { chat } from './chat';
import { commands } from './commands';
import { compare } from './compare';
import { device } from './device';
import { exporting } from './export';
import { inspect } from './inspect';
import { jobs } from './jobs';
import { help } from './help';
import { choose, imatrix, levels, search } from './levels';
import { model } from './model';
import { library, open, preTokenizer, tryIt, unfinished } from './open';
import { settings } from './settings';
import { needed, shell } from './shell';

/** Everything that the page says, in Indonesian. */
export const id: Words = {
  name: 'Nibble Studio',
  views: {
    open: 'Buka model',
    try: 'Satu prompt, dua level',
    model: 'Model',
    levels: 'Level',
    chat: 'Obrolan',
    compare: 'Bandingkan',
    inspect: 'Periksa',
    device: 'Perangkat',
    settings: 'Setelan',
  },
  jobs,
  help,
  shell,
  open,
  try: tryIt,
  unfinished,
  preTokenizer,
  library,
  needed,
  commands,
  levels,
  imatrix,
  search,
  choose,
  compare,
  export: exporting,
  model,
  chat,
  inspect,
  device,
  settings,
};

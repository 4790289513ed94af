import { shell, needed } from './shell';
import { open, tryIt, unfinished, preTokenizer, library } from './open';
import { levels, imatrix, search, choose } from './levels';
import { compare } from './compare';
import { exporting } from './export';
import { chat } from './chat';
import { inspect } from './inspect';
import { model } from './model';
import { device } from './device';
import { commands } from './commands';
import { settings } from './settings';
import { jobs } from './jobs';
import { help } from './help';

/** Everything that the page says, in English: a file for each view. Another language is a folder of the same form. */
export const en = {
  name: 'Nibble Studio',
  views: {
    open: 'Open a model',
    try: 'One prompt, two levels',
    model: 'Model',
    levels: 'Levels',
    chat: 'Chat',
    compare: 'Compare',
    inspect: 'Inspect',
    device: 'Device',
    settings: 'Settings',
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
export type Words = typeof en;

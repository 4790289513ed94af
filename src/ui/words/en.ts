/** Everything that the page says, in English. Another language is a file of the same form. */
export const en = {
  name: 'Nibble Studio',
  views: {
    open: 'Open a model',
    model: 'Model',
    levels: 'Levels',
    chat: 'Chat',
    compare: 'Compare',
    inspect: 'Inspect',
    device: 'Device',
    settings: 'Settings',
  },
  shell: {
    skip: 'Skip to the view',
    views: 'Views',
    needsModel: 'Open a model first',
    home: 'Nibble Studio: open a model',
    job: 'Running job',
    stop: 'Stop',
    left: (seconds: number) => {
      const minutes = Math.floor(seconds / 60);
      return minutes > 0 ? `${minutes} min ${seconds % 60} s left` : `${seconds} s left`;
    },
    count: (done: number, total: number) => `${done} of ${total}`,
    kernels: (done: number, total: number) => `Preparing kernels, ${done} of ${total}`,
    tensor: (name: string, index: number, count: number) => `${name} (${index} of ${count})`,
    gpuMemory: 'GPU memory: ',
    of: (total: string) => ` of ${total}`,
    noGpu: 'No GPU',
    searchingGpu: 'Looking for the GPU…',
    theme: (now: string) => `Colours: ${now}`,
    themes: { system: 'as the system', light: 'light', dark: 'dark' },
    dismiss: 'Dismiss',
    newVersion: 'New version: reload',
    newVersionWaits: 'Work is running, here or in another tab. It waits until that is done.',
  },
  needed: {
    title: (label: string) => `${label} is not open`,
    unknown: 'This address is of a model that this browser has not seen',
    allow: (label: string) => `Allow reading ${label}`,
    open: (label: string) => `Open ${label}`,
    drop: (label: string) => `Drop ${label} here again: this browser cannot read it by itself.`,
    dropUnknown: 'Drop its file here, or open another model.',
    opening: (label: string) => `${label} is being opened.`,
    another: 'Open a model',
    nowhere: 'There is no such view',
  },
  inspect: {
    empty: 'Quantize a level, and the error of each of its tensors stands here.',
  },
  settings: {
    leaves:
      'Nothing leaves this machine: the page uploads nothing, and asks no server but the one it came from, and Hugging Face when you give it an address.',
    offline: 'It opens without a network, too.',
    version: (version: string) => `Version ${version}`,
  },
};
export type Words = typeof en;

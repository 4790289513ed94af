export const shell = {
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
};

export const needed = {
  title: (label: string) => `${label} is not open`,
  unknown: 'This address is of a model that this browser has not seen',
  allow: (label: string) => `Allow reading ${label}`,
  open: (label: string) => `Open ${label}`,
  drop: (label: string) => `Drop ${label} here again: this browser cannot read it by itself.`,
  dropUnknown: 'Drop its file here, or open another model.',
  opening: (label: string) => `${label} is being opened.`,
  another: 'Open a model',
  nowhere: 'There is no such view',
};

import type { Task, TaskKind } from '../../../store/work/task';

type JobWords = { readonly [K in TaskKind]: (task: Extract<Task, { what: K }>) => string };

const nth = (name: string, at: number, of: number) => (of === 1 ? name : `${name} (${at} of ${of})`);

/** The running job by its name. */
export const jobs: JobWords = {
  read: ({ name }) => `Reading ${name}`,
  close: ({ name }) => `Closing ${name}`,
  delete: ({ name }) => `Deleting ${name}`,
  takeMatrixOut: () => 'Taking the importance matrix out',
  quantize: () => 'Quantizing',
  quantizeTo: ({ type }) => `Quantizing to ${type}`,
  write: () => 'Writing',
  writeAt: ({ type }) => `Writing at ${type}`,
  writeBeside: () => 'Writing side by side',
  compareWithReference: ({ type }) => `Comparing ${type} with the reference mode`,
  measure: () => 'Measuring',
  measureOf: ({ figure, type, at, of, leftMs }) => {
    const about = leftMs === null ? '' : `, about ${Math.max(1, Math.round(leftMs / 1000))} s left`;
    return `${figure === 'quality' ? 'Quality' : 'Speed'} of ${type} (${at} of ${of}${about})`;
  },
  measureTensors: () => 'Measuring what each tensor is worth',
  addLevel: () => 'Adding a level',
  collect: ({ name }) => `Collecting an importance matrix from ${name}`,
  putBack: ({ type }) => `Putting ${type} back on the GPU`,
  writeFile: ({ name, at, of }) => `Writing ${nth(name, at, of)}`,
  keepFile: ({ name, at, of }) => `Keeping ${nth(name, at, of)}`,
  goOn: ({ name }) => `Going on with ${name}`,
  deleteExport: () => 'Deleting an export',
};

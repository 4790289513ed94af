// The files of a model folder: those directly in it, and its additional chat templates. The same rule for drops, folder
// pickers (which hand over every subfolder), the command line and hubs.
import { FileError } from './errors';

/** Folder of chat templates beside chat_template.jinja. */
export const CHAT_TEMPLATES = 'additional_chat_templates';

/** Parts of a path, of Windows as well. */
const parts = (path: string): string[] => path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');

export const baseName = (path: string): string => parts(path).at(-1) ?? path;

/** Name of the folder that a file is in; undefined for a loose file. */
export const folderName = (path: string): string | undefined => parts(path).at(-2);

/** Returns true for a template of additional_chat_templates. */
export const isChatTemplate = (path: string): boolean =>
  folderName(path) === CHAT_TEMPLATES && path.endsWith('.jinja');

/** Files of torch.save that training programs keep beside the weights. */
const TRAINING = /^(training_args|optimizer|scheduler|scaler|rng_state)/;
/** Returns true for a file that torch.save may have written weights to. */
export const isPyTorchWeights = (path: string): boolean =>
  /\.(bin|pt|pth)$/i.test(path) && !TRAINING.test(baseName(path));

const isWeights = (path: string): boolean =>
  /\.(safetensors|gguf)$/i.test(path) || /^pytorch_model.*\.bin$/.test(baseName(path));
const isCheckpoint = (path: string): boolean => isWeights(path) && !/\.gguf$/i.test(path);

/** The folder that a file counts as being in: a template's is that of the model. */
const folderOf = (path: string): string[] => parts(path).slice(0, isChatTemplate(path) ? -2 : -1);

const named = (folders: readonly string[]): string =>
  `${folders.slice(0, 5).join(', ')}${folders.length > 5 ? ` and ${folders.length - 5} more` : ''}`;

/**
 * Keeps the files at the top: loose ones and those directly in a folder, with its additional chat templates. A folder
 * that holds nothing but one folder counts as that. Several dropped folders stay beside each other.
 *
 * @throws FileError if weights are in subfolders only, naming those, because a choice among them would be a guess.
 */
export function filesAtTop<T>(files: readonly T[], pathOf: (file: T) => string, label: string): T[] {
  const depth = files.reduce((min, file) => Math.min(min, folderOf(pathOf(file)).length), Infinity);
  const isTop = (path: string): boolean => folderOf(path).length <= Math.max(1, depth);
  const top = files.filter((file) => isTop(pathOf(file)));
  const foldersOf = (list: readonly T[], holds: (path: string) => boolean): string[] => [
    ...new Set(
      list
        .map(pathOf)
        .filter(holds)
        .map((path) => folderOf(path).join('/')),
    ),
  ];
  const checkpoints = foldersOf(top, isCheckpoint);
  const below = top.some((file) => isWeights(pathOf(file))) ? [] : foldersOf(files, isWeights);
  const choices = depth > 1 && checkpoints.length > 1 ? checkpoints : below;
  if (choices.length === 0) return top;
  throw new FileError(
    `${label}: the model is not directly in this folder, but in ${named(choices)}.`,
    'Choose that folder itself.',
  );
}

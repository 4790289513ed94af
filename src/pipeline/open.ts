import type { ScaledAdapter } from '../checkpoint/lora/merge';
import { type ByteSource, cancellableSources, wholeReads } from '../files/byte-source';
import { isGguf, readGguf } from '../files/gguf/read';
import { joinSplits } from '../files/gguf/split';
import type { ModelFile } from '../files/model-file';
import { type ConvertOptions, readFolder } from '../model/convert/folder';
import type { TextSandbox } from '../text/sandbox/sandbox';
import { FileError, UnsupportedError } from '../util/errors';
import { filesAtTop, isPyTorchWeights } from '../util/model-folder';
import type { Work } from '../util/work';

/** Files of a Hugging Face folder. */
const CHECKPOINT = /\.(safetensors|json|model|jinja|md|txt|py)$/;
const isWeights = (name: string): boolean => name.endsWith('.safetensors') || isPyTorchWeights(name);

/** The signal ends reading; a Hugging Face vocabulary needs the sandbox to find out its pre-tokenizer. */
export interface OpenWork extends Pick<Work, 'signal'> {
  readonly sandbox?: TextSandbox | undefined;
  /** LoRA adapters that are merged into a Hugging Face folder before anything is rounded. */
  readonly adapters?: readonly ScaledAdapter[] | undefined;
}

/**
 * Opens a model: GGUF files (one, or all splits), or the files of a Hugging Face folder in any order. Only headers are
 * read. Of files with folders in their names, those at the top count. `label` names the model in messages.
 */
export async function openModel(
  files: readonly ByteSource[],
  label: string,
  options: ConvertOptions = {},
  work: OpenWork = {},
): Promise<ModelFile> {
  const bound = cancellableSources(files, work.signal);
  try {
    return await openFiles(bound.files, label, options, work);
  } finally {
    bound.release();
  }
}

async function openFiles(
  given: readonly ByteSource[],
  label: string,
  options: ConvertOptions,
  work: OpenWork,
): Promise<ModelFile> {
  const files = filesAtTop(given, (f) => f.name, label).map(wholeReads);
  if (files.length === 0)
    throw new FileError(`${label}: there are no files.`, 'Drop a GGUF file or a Hugging Face folder.');
  const ggufs: ByteSource[] = [];
  for (const file of files) {
    // Recognized by name: over a network, reading each header would cost a request.
    if (CHECKPOINT.test(file.name)) continue;
    if (isGguf(await file.read(0, Math.min(4, file.sizeBytes)))) ggufs.push(file);
  }
  if (ggufs.length > 0) {
    if (work.adapters?.length)
      throw new UnsupportedError(
        `${label}: an adapter can be merged into a Hugging Face folder, not into a GGUF yet.`,
        'Open the folder that the GGUF was made of together with the adapter.',
      );
    const read: ModelFile[] = [];
    for (const file of ggufs) read.push(await readGguf(file));
    return joinSplits(read, label);
  }
  if (files.some((f) => isWeights(f.name))) return readFolder(files, label, options, work);
  if (files.some((f) => f.name.endsWith('.gguf')))
    return readGguf(files.find((f) => f.name.endsWith('.gguf'))!);
  const names = files
    .slice(0, 4)
    .map((f) => f.name)
    .join(', ');
  throw new FileError(
    `${names}: this is no model. Found neither the GGUF magic at byte 0 nor a .safetensors or .bin file.`,
    'Drop a GGUF file, or a Hugging Face folder with config.json and safetensors.',
  );
}

import type { ByteSource } from '../../files/byte-source';
import type { ModelFile } from '../../files/model-file';
import type { ConvertOptions } from '../../model/convert/folder';
import { openModel } from '../../pipeline/open';
import { ModelText } from '../../text/model-text';
import { TextSandbox } from '../../text/sandbox/sandbox';
import { serveText } from '../../text/sandbox/serve';

/** The text worker's side in this thread: quick to start, and without an end for what is slow. For tests of other things. */
export const testSandbox = new TextSandbox((on) => {
  const answer = serveText((message) => queueMicrotask(() => on.message(structuredClone(message))));
  return { post: (message) => answer(structuredClone(message)), end: () => {} };
});

export const testText = ({ label, metadata }: ModelFile): ModelText =>
  new ModelText(label, metadata, testSandbox);

/** openModel with that sandbox: a Hugging Face folder needs one. */
export const openTestModel = (
  files: readonly ByteSource[],
  label: string,
  options: ConvertOptions = {},
): Promise<ModelFile> => openModel(files, label, options, { sandbox: testSandbox });

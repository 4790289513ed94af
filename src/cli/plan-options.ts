import { filterImatrix, type ImportanceMatrix, readImatrix } from '../files/imatrix';
import { tensorPattern } from '../model/pattern/pattern';
import type { QuantizeOptions, TypeOverride } from '../model/tensor-choice';
import { quantFormats } from '../quant/registry';
import { UsageError, type Values } from './arguments';
import { openFile, readTextFile } from '../node/files';

function ggmlType(option: string, label: string): string {
  const found = quantFormats.find((f) => f.label === label.toUpperCase());
  if (!found)
    throw new UsageError(
      `--${option} is "${label}", expected one of ${quantFormats.map((f) => f.label).join(', ')}.`,
    );
  return found.label;
}

/**
 * Parses PATTERN=TYPE; the pattern is a std::regex over tensor names. The last `=` counts, so that [[=x=]] can be said;
 * llama-quantize takes the first, and refuses such a pattern.
 */
function override(text: string): TypeOverride {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new UsageError(`--tensor-type is "${text}", expected PATTERN=TYPE.`);
  const type = ggmlType('tensor-type', text.slice(at + 1));
  try {
    return { pattern: tensorPattern(text.slice(0, at)), type, source: text };
  } catch (error) {
    throw new UsageError(`--tensor-type: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Options of --tensor-type-file are separated by blanks or newlines. */
const tensorTypes = (values: Values): TypeOverride[] =>
  values.tensorTypes
    .flatMap(({ isFile, value }) =>
      isFile
        ? readTextFile(value)
            .split(/\s+/)
            .filter((text) => text !== '')
        : [value],
    )
    .map(override);

async function importance(values: Values): Promise<ImportanceMatrix | undefined> {
  const include = values['include-weights'] ?? [];
  const exclude = values['exclude-weights'] ?? [];
  if (include.length > 0 && exclude.length > 0)
    throw new UsageError('--include-weights and --exclude-weights cannot be used together.');
  if (values.imatrix === undefined) {
    if (include.length + exclude.length > 0)
      throw new UsageError('--include-weights and --exclude-weights choose from an --imatrix.');
    return undefined;
  }
  return filterImatrix(await readImatrix(openFile(values.imatrix)), include, exclude);
}

/** Translates llama-quantize's options. */
export async function planOptions(values: Values): Promise<QuantizeOptions> {
  const output = values['output-tensor-type'];
  const embedding = values['token-embedding-type'];
  return {
    fallbackToF16: values['allow-f16-fallback'] === true,
    strict: values.strict === true,
    pure: values.pure === true,
    leaveOutputTensor: values['leave-output-tensor'] === true,
    ...(output === undefined ? {} : { outputTensorType: ggmlType('output-tensor-type', output) }),
    ...(embedding === undefined ? {} : { tokenEmbeddingType: ggmlType('token-embedding-type', embedding) }),
    tensorTypes: tensorTypes(values),
    importance: await importance(values),
  };
}

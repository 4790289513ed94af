import { type Converter, llamaConverter } from './llama';

/** Every Hugging Face architecture that can be converted. Adding one is a file and a line here. */
export const converters: readonly Converter[] = [llamaConverter];

import { shellPath, shellWord } from '../../util/shell';

/** A file of weights that a program is to run. */
export interface ToRun {
  readonly name: string;
  /** Tokens. */
  readonly context: number;
  readonly hasChat: boolean;
}
export interface Program {
  readonly name: string;
  readonly language: string;
  readonly text: (file: ToRun) => string;
}

/** Programs that run a GGUF as it is, and what to tell them. */
export const programs: readonly Program[] = [
  {
    name: 'llama.cpp',
    language: 'shell',
    text: ({ name, context, hasChat }) =>
      hasChat
        ? `llama-server -m ${shellPath(name)} -c ${context} --jinja`
        : `llama-completion -m ${shellPath(name)} -c ${context} -p 'Once upon a time'`,
  },
  {
    name: 'Ollama',
    language: 'shell',
    text: ({ name, context }) =>
      [
        `printf '%s\\n' ${shellWord(`FROM ./${name}`)} 'PARAMETER num_ctx ${context}' > Modelfile`,
        'ollama create my-model -f Modelfile',
        'ollama run my-model',
      ].join('\n'),
  },
  {
    name: 'LM Studio',
    language: 'shell',
    text: ({ name }) => `lms import ${shellPath(name)}`,
  },
];

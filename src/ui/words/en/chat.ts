export const chat = {
  // The list of conversations.
  conversations: 'Conversations',
  newOne: 'New conversation',
  search: 'Search conversations',
  none: 'Conversations are listed here when they have begun.',
  noHit: (query: string) => `Nothing has “${query}” in it.`,
  ofOthers: 'With other models',
  messages: (n: number) => (n === 1 ? '1 message' : `${n} messages`),
  savedHere: 'Saved in this browser only',
  denied: 'This browser lets the page keep nothing: conversations last until it is closed.',
  newer: (n: number) =>
    `${n} more ${n === 1 ? 'was' : 'were'} written by a newer version of this page. Reload to get it.`,
  exportAll: 'Export all',
  import: 'Import',
  importFile: 'File of conversations',
  showList: 'Show the conversations',
  rename: 'Rename',
  renameField: 'Name of the conversation',
  exportOne: 'Export',
  exportMarkdown: 'Export as Markdown',
  remove: 'Delete',
  removeSure: 'Delete for good',
  more: (title: string) => `More of ${title}`,

  // The head.
  untitled: 'New conversation',
  level: 'Level',
  levelSwitch: 'Levels on the GPU',
  firstQuantized: (type: string) => `${type}, quantized first`,
  modes: 'How to prompt',
  chat: 'Chat',
  completion: 'Completion',
  noTemplate: 'This model has no chat template: it continues texts.',

  // Messages.
  conversation: 'Conversation',
  you: 'You',
  model: 'Model',
  newest: 'To the newest',
  empty: 'Ask something, and the answer stands here.',
  emptyWhere: 'It is written on this machine, and kept in this browser.',
  edit: 'Edit the message',
  editAnswer: 'Edit the answer',
  edited: 'edited',
  copy: 'Copy the message',
  copyAnswer: 'Copy the answer',
  copied: 'Copied',
  again: 'Answer again',
  branch: 'Branch from here',
  before: 'Version before',
  after: 'Version after',
  nOfM: (at: number, of: number) => `${at} of ${of}`,
  editField: 'Changed message',
  send: 'Send',
  save: 'Save as another version',
  cancel: 'Cancel',
  thinking: 'Thinking',
  thoughts: 'Thoughts',
  thought: (seconds: string) => `Thought for ${seconds} s`,
  tokens: (n: number) => (n === 1 ? '1 token' : `${n.toLocaleString('en')} tokens`),
  toolCall: 'Tool call',
  notRun: 'not run: this page runs no tools',
  mark: 'A control token that the model wrote',
  code: (language: string) => `Code, ${language}`,
  plainCode: 'Code',
  copyCode: 'Copy',
  table: 'Table',
  noImage: 'picture, not loaded',
  opensIn: (host: string) => `opens ${host} in a new tab`,
  done: 'done',
  notDone: 'not done',
  byTokens: 'Likeliest tokens: arrow keys move',
  chosen: (text: string, percent: string) => `${text}: ${percent}`,

  // Figures of an answer.
  generation: 'Generation',
  perSecond: 'tokens/s',
  tooFew: 'one token',
  firstToken: 'first token',
  seconds: (ms: number) => `${(ms / 1000).toFixed(ms < 995 ? 2 : 1)} s`,
  answerTokens: 'Tokens',
  prompt: 'Prompt',
  promptRead: (read: number, of: number) => `read ${read.toLocaleString('en')} of ${of.toLocaleString('en')}`,
  promptHelp: (cached: number, speed: string) =>
    `Tokens of the prompt that were read, at ${speed} tokens/s; the other ${cached.toLocaleString('en')} were in the cache`,
  endedBy: 'Ended by',
  ended: {
    'stop token': 'ended by itself',
    'stop string': 'ended by a stop string',
    length: 'reached most tokens',
    context: 'the context is full',
    cancelled: 'stopped',
  },
  broken: 'ended by an error',

  // Changes on the way.
  answersFrom: (now: string, before: string, sizes: readonly [string, string] | null) =>
    sizes
      ? `From here ${now} answers (${sizes[0]}), before it ${before} (${sizes[1]}).`
      : `From here ${now} answers, before it ${before}.`,
  readsOnce: 'It reads the conversation once.',
  leftOut: (n: number) =>
    n === 1
      ? 'The message above is not given to the model.'
      : `The ${n} messages above are not given to the model.`,
  giveAll: 'Give all',

  // The composer.
  message: 'Message',
  messageTo: (type: string) => `Message ${type}`,
  stopWriting: 'Stop writing',
  waiting: 'This message has no answer yet.',
  used: (used: number, of: number): readonly [used: string, ofContext: string] => [
    used.toLocaleString('en'),
    ` of ${of.toLocaleString('en')} tokens of context used.`,
  ],
  use: (tokens: number) => `Use ${tokens >= 1024 && tokens % 1024 === 0 ? `${tokens / 1024}k` : tokens}`,
  costs: (more: string, fits: boolean | null) =>
    `+${more}${fits === null ? '' : fits ? ', fits' : ', does not fit'}`,
  modelsMost: 'The model takes no more.',
  full: (tokens: number, context: number) =>
    `The prompt is ${tokens.toLocaleString('en')} tokens, and the context ${context.toLocaleString('en')}: there is no room for an answer.`,
  tooLong: 'This message alone is too long. Shorten it, or use a larger context.',
  leaveOut: (n: number) => (n === 1 ? 'Leave out the oldest message' : `Leave out the oldest ${n} messages`),
  leavesTokens: (tokens: number) =>
    `They stay here; the model is given the others, ${tokens.toLocaleString('en')} tokens.`,
  doNot: 'Do not answer',

  // The panel of settings.
  how: 'How it answers',
  showHow: 'How it answers',
  closeHow: 'Close the panel',
  system: 'System prompt',
  preset: 'Preset',
  ownSettings: 'Own settings',
  presets: { greedy: 'Greedy', precise: 'Precise', balanced: 'Balanced', creative: 'Creative' },
  presetName: 'Name of the preset',
  savePreset: 'Save as a preset',
  saveIt: 'Save',
  deletePreset: (name: string) => `Delete ${name}`,
  fields: {
    temperature: { label: 'Temperature', help: '0 is greedy: always the likeliest token' },
    topP: { label: 'Top-p', help: 'The likeliest tokens up to this probability; 1 is off' },
    minP: { label: 'Min-p', help: 'At least this share of the likeliest; 0 is off' },
    topK: { label: 'Top-k', help: 'Only the k likeliest tokens; 0 is off' },
    seed: { label: 'Seed', help: 'The same seed gives the same text' },
    maxTokens: { label: 'Most tokens', help: 'Where it stops at the latest' },
    repeatPenalty: { label: 'Repeat penalty', help: 'repeat_penalty of llama.cpp: 1 is off' },
    repeatLastN: {
      label: 'Repeat last n',
      help: 'Tokens that penalties look back at; −1 is the whole context, 0 is off',
    },
    presencePenalty: {
      label: 'Presence penalty',
      help: 'Off the logit of a token that came before; 0 is off',
    },
    frequencyPenalty: {
      label: 'Frequency penalty',
      help: 'Off the logit for each time that it came before; 0 is off',
    },
  },
  stops: 'Stop strings',
  stopsHelp: 'One a line; \\n is a line break',
  ranks: 'Likeliest tokens of an answer on hover',
  given: (tokens: number) => `What the model was given (${tokens.toLocaleString('en')} tokens)`,
  givenNone: 'What the model was given stands here after the first answer.',
  endsAt: 'Ends at:',
  endsAtLimit: 'the token limit only',

  // Completion.
  textToContinue: 'Text to continue',
  continueIt: 'Continue it',
};

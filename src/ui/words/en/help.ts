/** Help on figures, by hover, focus or tap. */
export const help = {
  loss: 'How far the probabilities of the next token are from the baseline’s: KL divergence in nats, on average. 0 is the same.',
  sameToken: 'How often the level and the baseline find the same next token most probable.',
  memory: 'GPU memory of weights, cache and work space at the context that is chosen.',
  fits: 'By the GPU memory that you said, at the context that is chosen.',
  bits: 'Bits of the whole file for each weight of the model.',
  file: 'Size of the GGUF. Exact bytes are on each figure.',
  speed: 'Tokens written in a second on this device, median of five runs.',
  answerSpeed: 'Tokens of this answer written in a second, the first one left out.',
  firstToken: 'From Send to the first token: the prompt is read in between.',
  answerTokens: 'Tokens of this answer.',
  context: 'Tokens of the conversation that the model sees at once, of those that it may see.',
  smaller: 'The source’s file size over this one’s.',
  probabilities: 'Probability that each level gave its own token there.',
  gauge: (adapter: string, inUse: string, atMost: string) =>
    `${adapter}: ${inUse} in use, ${atMost} at most. Browsers do not tell what other programs use.`,
};

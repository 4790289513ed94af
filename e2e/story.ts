// The words of the built-in model at Q4_0, the likeliest token each time: the same in every browser.
export const STORY = {
  level: 'Q4_0',
  asked: 'Tell me a story about a little fox named Nora.',
  sampling: { temperature: 0, maxTokens: 48 },
  answer: '?',
} as const;

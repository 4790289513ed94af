// A conversation with the built-in model, the likeliest token each time.
export const STORY = {
  level: 'Q4_0',
  asked: 'Tell me a story about a little fox named Nora.',
  sampling: { temperature: 0, maxTokens: 48 },
  name: 'Nora',
} as const;

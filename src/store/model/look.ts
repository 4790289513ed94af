// Questions about the open model while a person looks at it. None is a job: each answer is the caller's own.
import type { TokenizedText } from '../../studio/prompt';
import type { ChatMessage } from '../../text/conversation';
import type { Calls } from '../../worker/protocol';
import { ask, get } from '../work/job';

export const tokensOf = (text: string): Promise<TokenizedText> => ask('tokenize', text);

/** The prompt that the model's chat template makes of a conversation. */
export function promptOf(messages: readonly ChatMessage[]): Promise<ReturnType<Calls['prompt']>> {
  const { runType: type, sampling } = get();
  return ask('prompt', { type, messages, maxTokens: 1, sampling });
}

import { useEffect, useState } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { followTabs, leaveConversation, loadConversations, openConversation } from '../../store/chat/chats';
import { get } from '../../store/work/job';
import { useStudio } from '../kit/use-studio';
import { chatPath, pathOf } from '../route/routes';

/**
 * Keeps the conversation and the address together: an address opens its conversation, and one that begins gets its address.
 * False until the one of the address is read.
 */
export function useConversation(modelId: string, wanted: string | null): boolean {
  const open = useStudio((s) => s.talk.conversation?.id ?? null);
  const [read, setRead] = useState<string | null>(null);
  useEffect(() => {
    void loadConversations();
    return followTabs();
  }, []);
  useEffect(() => {
    if (wanted === null) return;
    let isGone = false;
    void openConversation(wanted).then((isFound) => {
      if (isGone) return;
      const { conversation } = get().talk;
      if (!isFound) navigate(pathOf('chat', modelId), { replace: true });
      else if (conversation && conversation.modelId !== modelId)
        navigate(chatPath(conversation.modelId, wanted), { replace: true });
      setRead(wanted);
    });
    return () => {
      isGone = true;
    };
  }, [wanted, modelId]);
  useEffect(() => {
    if (wanted !== null || open === null) return;
    const { conversation } = get().talk;
    if (conversation?.modelId === modelId) navigate(chatPath(modelId, open), { replace: true });
    else leaveConversation();
  }, [wanted, open, modelId]);
  return wanted === null || open === wanted || read === wanted;
}

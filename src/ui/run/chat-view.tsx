import { Tabs } from 'radix-ui';
import { useEffect, useState } from 'react';
import { useHashLocation } from 'wouter/use-hash-location';
import { setMode } from '../../store/work/actions';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { conversationOf } from '../route/routes';
import { useAddress } from '../route/use-address';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { Completion } from './completion';
import { Conversations } from './conversations';
import { LevelSwitch, Modes } from './head';
import { How } from './how';
import { Composer } from './talk/composer';
import { Flow } from './talk/flow';
import { NeededRow } from './talk/needed-row';
import { useConversation } from './use-conversation';

/** Room for three columns; below it, the outer ones lie over the middle one when they are asked for. */
const WIDE = '(min-width: 1201px)';
const NOT_NARROW = '(min-width: 761px)';

/** A panel at the side: there as long as there is room for it, and else when it is asked for. */
function usePanel(room: string): [isOpen: boolean, set: (isOpen: boolean) => void] {
  const [isOpen, setOpen] = useState(() => matchMedia(room).matches);
  useEffect(() => {
    const window = matchMedia(room);
    const follow = () => setOpen(window.matches);
    window.addEventListener('change', follow);
    return () => window.removeEventListener('change', follow);
  }, [room]);
  return [isOpen, setOpen];
}

interface TalkProps {
  readonly isOpen: boolean;
  readonly modelId: string;
  readonly onHow: () => void;
  readonly onList: () => void;
}

function Talk({ isOpen, modelId, onHow, onList }: TalkProps) {
  const mode = useStudio((s) => (isOpen ? s.mode : 'chat'));
  const conversation = useStudio((s) => s.talk.conversation);
  const hasTemplate = useStudio((s) => s.model?.hasChatTemplate ?? false);
  const words = useWords().chat;
  return (
    <Tabs.Root
      className="talk"
      value={mode}
      activationMode="automatic"
      onValueChange={(value) => setMode(value as typeof mode)}
    >
      <div className="head">
        <button
          className="btn quiet icon to-list"
          type="button"
          aria-label={words.showList}
          title={words.showList}
          onClick={onList}
        >
          <Icon name="chat" />
        </button>
        <h1 id="chat-title" className="clip">
          <Foreign text={mode === 'chat' ? (conversation?.title ?? words.untitled) : words[mode]} />
        </h1>
        <span className="push" />
        {isOpen && <LevelSwitch />}
        {isOpen && <Modes />}
        {isOpen && (
          <button
            className="btn quiet icon to-how"
            type="button"
            aria-label={words.showHow}
            title={words.showHow}
            onClick={onHow}
          >
            <Icon name="settings" />
          </button>
        )}
      </div>
      <Tabs.Content value="chat" tabIndex={-1}>
        <Flow key={conversation?.id ?? ''} isReadOnly={!isOpen} />
        {isOpen && <Composer />}
        {!isOpen && <NeededRow modelId={modelId} label={conversation?.modelLabel ?? ''} />}
      </Tabs.Content>
      <Tabs.Content value="completion" tabIndex={-1}>
        {!hasTemplate && <p className="cap said">{words.noTemplate}</p>}
        <Completion />
      </Tabs.Content>
    </Tabs.Root>
  );
}

/** The model at work: chat and completion. A conversation is read without its model, too. */
export function ChatView() {
  const [path] = useHashLocation();
  const { modelId } = useAddress();
  const model = useStudio((s) => s.model);
  const isRead = useConversation(modelId ?? '', conversationOf(path));
  const [hasList, setList] = usePanel(NOT_NARROW);
  const [hasHow, setHow] = usePanel(WIDE);
  const words = useWords();
  const isOpen = model !== null && model.fingerprint === modelId;
  if (modelId === null) return null;
  if (isOpen && model.blocked !== null)
    return (
      <ViewFrame id="chat" title={words.views.chat}>
        <p>
          <Foreign text={model.blocked} />
        </p>
      </ViewFrame>
    );
  return (
    <section className="view chat" id="chat" aria-labelledby="chat-title">
      <div className={`three${hasList ? ' has-list' : ''}${isOpen && hasHow ? ' has-how' : ''}`}>
        {hasList && <Conversations modelId={modelId} />}
        {isRead && (
          <Talk
            isOpen={isOpen}
            modelId={modelId}
            onHow={() => setHow(!hasHow)}
            onList={() => setList(!hasList)}
          />
        )}
        {isOpen && hasHow && <How onClose={() => setHow(false)} />}
      </div>
    </section>
  );
}

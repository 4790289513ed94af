import { DropdownMenu } from 'radix-ui';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { navigate } from 'wouter/use-hash-location';
import {
  deleteConversation,
  type Hit,
  leaveConversation,
  renameConversation,
  searchConversations,
} from '../../store/chat/chats';
import type { Conversation } from '../../store/chat/conversation';
import { exportConversations, exportMarkdown, importConversations } from '../../store/chat/save';
import { setMode } from '../../store/work/actions';
import { get } from '../../store/work/job';
import { visible } from '../../util/foreign-text';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { chatPath, pathOf } from '../route/routes';
import { useWords } from '../words/use-words';

/** Out of the other modes, where the open model has a chat. */
function toChat(): void {
  if (get().model?.hasChatTemplate && get().mode !== 'chat') setMode('chat');
}

/** Everything that can be done with a conversation, behind one button. */
function More({ of, onRename }: { readonly of: Conversation; readonly onRename: () => void }) {
  const [isSure, setSure] = useState(false);
  const isWriting = useStudio((s) => s.talk.writing === of.id);
  const isOpen = useStudio((s) => s.talk.conversation?.id === of.id);
  const words = useWords().chat;
  const remove = () => {
    void deleteConversation(of.id);
    if (isOpen) navigate(pathOf('chat', of.modelId));
  };
  return (
    <DropdownMenu.Root onOpenChange={() => setSure(false)} modal={false}>
      <DropdownMenu.Trigger className="btn quiet icon" aria-label={words.more(visible(of.title))}>
        <Icon name="more" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu" align="start" sideOffset={2}>
        <DropdownMenu.Item onSelect={onRename}>{words.rename}</DropdownMenu.Item>
        <DropdownMenu.Item onSelect={() => void exportConversations([of.id])}>
          {words.exportOne}
        </DropdownMenu.Item>
        <DropdownMenu.Item onSelect={() => void exportMarkdown(of, { you: words.you, model: words.model })}>
          {words.exportMarkdown}
        </DropdownMenu.Item>
        <DropdownMenu.Item
          className="bad"
          disabled={isWriting}
          onSelect={(event) => {
            if (isSure) return remove();
            event.preventDefault();
            setSure(true);
          }}
        >
          {isSure ? words.removeSure : words.remove}
        </DropdownMenu.Item>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

function Item({ hit: { conversation, place } }: { readonly hit: Hit }) {
  const { id, title, modelId, level, count } = conversation;
  const [isRenamed, setRenamed] = useState(false);
  const isHere = useStudio((s) => s.talk.conversation?.id === id);
  const words = useWords().chat;
  if (isRenamed)
    return (
      <li>
        <input
          className="field"
          aria-label={words.renameField}
          defaultValue={title}
          // biome-ignore lint/a11y/noAutofocus: it was asked for in the menu
          autoFocus
          onKeyDown={(e) => {
            if (e.key === 'Escape') setRenamed(false);
            if (e.key === 'Enter') e.currentTarget.blur();
          }}
          onBlur={(e) => {
            setRenamed(false);
            void renameConversation(id, e.currentTarget.value);
          }}
        />
      </li>
    );
  return (
    <li data-conversation={id}>
      <Link href={chatPath(modelId, id)} onClick={toChat} aria-current={isHere ? 'true' : undefined}>
        <b>
          <Foreign text={title} />
        </b>
        <small>
          {place === '' ? <Foreign text={`${level}, ${words.messages(count)}`} /> : <Foreign text={place} />}
        </small>
      </Link>
      <More of={conversation} onRename={() => setRenamed(true)} />
    </li>
  );
}

/** Conversations in which a text is, as it is typed; all of them without one. */
function useHits(query: string): readonly Hit[] {
  const all = useStudio((s) => s.talk.all);
  const [found, setFound] = useState<readonly Hit[] | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is found depends on what there is
  useEffect(() => {
    if (query.trim() === '') {
      setFound(null);
      return;
    }
    let isGone = false;
    const timer = setTimeout(() => {
      void searchConversations(query).then((hits) => !isGone && setFound(hits));
    }, 150);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [query, all]);
  return found ?? all.map((conversation) => ({ conversation, place: '' }));
}

function Import() {
  const input = useRef<HTMLInputElement>(null);
  const words = useWords().chat;
  const take = async (file: File | undefined) => {
    if (!file) return;
    const first = await importConversations(file);
    if (first) navigate(chatPath(first.modelId, first.id));
  };
  return (
    <>
      <button className="link" type="button" onClick={() => input.current?.click()}>
        {words.import}
      </button>
      <input
        className="hidden"
        type="file"
        tabIndex={-1}
        accept=".json,application/json"
        aria-label={words.importFile}
        ref={input}
        onChange={(e) => {
          void take(e.currentTarget.files?.[0]);
          e.currentTarget.value = '';
        }}
      />
    </>
  );
}

/** All conversations: of this model, and below them of others. */
export function Conversations({ modelId }: { readonly modelId: string }) {
  const [query, setQuery] = useState('');
  const newer = useStudio((s) => s.talk.newer);
  const denied = useStudio((s) => s.talk.denied);
  const hits = useHits(query);
  const words = useWords().chat;
  const own = hits.filter((h) => h.conversation.modelId === modelId);
  const others = hits.filter((h) => h.conversation.modelId !== modelId);
  return (
    <nav className="chats" aria-label={words.conversations}>
      <div className="head">
        <h2>{words.conversations}</h2>
        <span className="push" />
        <button
          className="btn quiet icon"
          type="button"
          aria-label={words.newOne}
          title={words.newOne}
          onClick={() => {
            leaveConversation();
            toChat();
            navigate(pathOf('chat', modelId));
          }}
        >
          <Icon name="plus" />
        </button>
      </div>
      <input
        className="field"
        type="search"
        aria-label={words.search}
        placeholder={words.search}
        value={query}
        onChange={(e) => setQuery(e.currentTarget.value)}
      />
      <div className="scroll">
        <ul>
          {own.map((hit) => (
            <Item key={hit.conversation.id} hit={hit} />
          ))}
        </ul>
        {others.length > 0 && (
          <>
            <h3>{words.ofOthers}</h3>
            <ul>
              {others.map((hit) => (
                <Item key={hit.conversation.id} hit={hit} />
              ))}
            </ul>
          </>
        )}
        {hits.length === 0 && (
          <p className="cap">{query.trim() === '' ? words.none : words.noHit(visible(query))}</p>
        )}
      </div>
      <div className="cap foot">
        <p>{denied ? words.denied : words.savedHere}</p>
        {newer > 0 && <p>{words.newer(newer)}</p>}
        <p className="acts">
          <button className="link" type="button" onClick={() => void exportConversations()}>
            {words.exportAll}
          </button>
          <Import />
        </p>
      </div>
    </nav>
  );
}

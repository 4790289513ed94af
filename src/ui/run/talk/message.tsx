import { memo } from 'react';
import { useStore } from 'zustand';
import type { RankedToken } from '../../../infer/scored-token';
import { showHead } from '../../../store/chat/chats';
import { answer } from '../../../store/chat/converse';
import type { Message } from '../../../store/chat/conversation';
import { besideOf } from '../../../store/chat/tree';
import { get } from '../../../store/work/job';
import { Foreign, ForeignText } from '../../kit/foreign';
import { Icon } from '../../kit/icon';
import type { IconName } from '../../kit/icons';
import { useWords } from '../../words/use-words';
import { CopyButton } from '../text/copy-button';
import { TimingFacts } from '../timing';
import { Answer } from './answer';
import { EditForm } from './edit-form';
import { editing, setEditing } from './editing';

function Act(props: { icon: IconName; label: string; disabled?: boolean; onClick: () => void }) {
  const { icon, label, disabled, onClick } = props;
  return (
    <button
      className="btn quiet icon"
      type="button"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** The way between versions of a message. */
function Branches({ id, at, of, isBusy }: { id: string; at: number; of: number; isBusy: boolean }) {
  const words = useWords().chat;
  if (of < 2) return null;
  const go = (step: 1 | -1) => {
    const { conversation, messages } = get().talk;
    if (conversation) void showHead(conversation.id, besideOf(messages, id, step));
  };
  return (
    <span className="branches">
      <Act icon="left" label={words.before} disabled={isBusy || at === 1} onClick={() => go(-1)} />
      <span className="cap">{words.nOfM(at, of)}</span>
      <Act icon="right" label={words.after} disabled={isBusy || at === of} onClick={() => go(1)} />
    </span>
  );
}

export interface ShownProps {
  readonly message: Message;
  readonly ranked?: readonly RankedToken[] | undefined;
  /** Its place among the versions of it. */
  readonly at: number;
  readonly of: number;
  readonly isLast: boolean;
  /** Something runs. */
  readonly isBusy: boolean;
  /** Nothing can be answered now: there is no GPU, or the model is not open. */
  readonly isReadOnly: boolean;
  /** The model is not given it. */
  readonly isLeftOut: boolean;
}

function Question({ message, at, of, isBusy, isReadOnly, isLast }: ShownProps) {
  const isEdited = useStore(editing, (e) => e.id === message.id);
  const words = useWords().chat;
  if (isEdited) return <EditForm message={message} onDone={() => setEditing(null)} />;
  return (
    <div className="me">
      <h2 className="visually">{words.you}</h2>
      <div className={isLast ? 'acts on' : 'acts'}>
        <Branches id={message.id} at={at} of={of} isBusy={isBusy} />
        <Act
          icon="edit"
          label={words.edit}
          disabled={isBusy || isReadOnly}
          onClick={() => setEditing(message.id)}
        />
        <CopyButton text={message.content} label={words.copy} />
      </div>
      <p data-testid="asked">
        <ForeignText text={message.content} />
      </p>
    </div>
  );
}

function Reply({ message, ranked, at, of, isBusy, isReadOnly, isLast }: ShownProps) {
  const isEdited = useStore(editing, (e) => e.id === message.id);
  const words = useWords().chat;
  const { id, parent, conversation, level = words.model, timing, content } = message;
  const parts = message.parts ?? [{ kind: 'answer' as const, text: content }];
  if (isEdited) return <EditForm message={message} onDone={() => setEditing(null)} />;
  return (
    <div className="it">
      <h2 className="visually">
        <Foreign text={level} />
      </h2>
      <Answer parts={parts} ranked={ranked} thoughtsMs={timing?.thoughtsMs} />
      <footer>
        {timing && <TimingFacts timing={timing} />}
        {message.edited && <span className="cap">{words.edited}</span>}
        {!timing && !message.edited && <span className="cap warn">{words.broken}</span>}
        <span className="push" />
        <Branches id={id} at={at} of={of} isBusy={isBusy} />
        <span className={isLast ? 'acts on' : 'acts'}>
          <Act
            icon="edit"
            label={words.editAnswer}
            disabled={isBusy}
            onClick={() => setEditing(message.id)}
          />
          <CopyButton text={content} label={words.copyAnswer} />
          <Act
            icon="again"
            label={words.again}
            disabled={isBusy || isReadOnly || parent === null}
            onClick={() => parent !== null && void answer(parent)}
          />
          {!isLast && (
            <Act
              icon="branch"
              label={words.branch}
              disabled={isBusy}
              onClick={() => void showHead(conversation, id)}
            />
          )}
        </span>
      </footer>
    </div>
  );
}

/** A message with what can be done with it. */
export const ShownMessage = memo(function ShownMessage(props: ShownProps) {
  const { role } = props.message;
  return (
    <li data-from={role === 'user' ? 'person' : 'model'} data-left-out={props.isLeftOut || undefined}>
      {role === 'user' ? <Question {...props} /> : <Reply {...props} />}
    </li>
  );
});

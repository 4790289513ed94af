import { useEffect, useRef, useState } from 'react';
import { leaveNothingOut } from '../../../store/chat/converse';
import type { Message } from '../../../store/chat/conversation';
import { branchOf, givenOf, pathTo } from '../../../store/chat/tree';
import { Foreign } from '../../kit/foreign';
import { Icon } from '../../kit/icon';
import { megaOrGiga } from '../../kit/units';
import { useStudio } from '../../kit/use-studio';
import { useWords } from '../../words/use-words';
import { Answer } from './answer';
import { ShownMessage } from './message';

/** Said where another level goes on. */
function Changed({ now, before }: { readonly now: string; readonly before: string }) {
  const plan = useStudio((s) => s.plan);
  // The plan is of the open model, which may be another.
  const isOfModel = useStudio((s) => s.model?.fingerprint === s.talk.conversation?.modelId);
  const words = useWords().chat;
  const [a, b] = [now, before].map((type) => plan.find((row) => row.type === type)?.fileBytes);
  const sizes =
    isOfModel && a !== undefined && b !== undefined ? ([megaOrGiga(a), megaOrGiga(b)] as const) : null;
  return (
    <li className="changed cap" data-testid="level-change">
      <span>
        <Foreign text={words.answersFrom(now, before, sizes)} /> {words.readsOnce}
      </span>
    </li>
  );
}

function LeftOut({ count }: { readonly count: number }) {
  const words = useWords().chat;
  return (
    <li className="changed cap" data-testid="left-out">
      <span>{words.leftOut(count)}</span>{' '}
      <button className="link" type="button" onClick={() => void leaveNothingOut()}>
        {words.giveAll}
      </button>
    </li>
  );
}

const levelBefore = (path: readonly Message[], end: number): string | undefined =>
  path.slice(0, end).findLast((m) => m.level !== undefined)?.level;

const scrollToEnd = (box: HTMLElement | null) => box?.scrollTo({ top: box.scrollHeight });

/** Keeps a box at its end while it grows, unless the person has scrolled away. */
function useFollowEnd() {
  const box = useRef<HTMLElement>(null);
  const follows = useRef(true);
  const [isAway, setAway] = useState(false);
  useEffect(() => {
    const outer = box.current;
    const inner = outer?.firstElementChild;
    if (!outer || !inner) return;
    const observer = new ResizeObserver(() => follows.current && scrollToEnd(outer));
    observer.observe(inner);
    observer.observe(outer);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current!;
    follows.current = scrollHeight - scrollTop - clientHeight < 48;
    setAway(!follows.current);
  };
  return { box, onScroll, toEnd: () => scrollToEnd(box.current), isAway };
}

/** The answer that is being written, which alone is drawn anew with each token. */
function Writing() {
  const isHere = useStudio((s) => s.talk.writing !== null && s.talk.writing === s.talk.conversation?.id);
  const answer = useStudio((s) => s.answer);
  const runType = useStudio((s) => s.runType);
  if (!isHere || answer.length === 0) return null;
  return (
    <li data-from="model">
      <div className="it writing">
        <h2 className="visually">
          <Foreign text={runType} />
        </h2>
        <Answer parts={answer} isWriting />
      </div>
    </li>
  );
}

/** The branch that is shown, and the answer that is being written. */
export function Flow({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const conversation = useStudio((s) => s.talk.conversation);
  const messages = useStudio((s) => s.talk.messages);
  const ranked = useStudio((s) => s.talk.ranked);
  const isBusy = useStudio((s) => s.job !== null);
  const runType = useStudio((s) => s.runType);
  const words = useWords().chat;
  const { box, onScroll, toEnd, isAway } = useFollowEnd();
  const path = pathTo(messages, conversation?.head ?? null);
  const leftOut = path.length - givenOf(path, conversation?.startsAt ?? null).length;
  const last = levelBefore(path, path.length);
  return (
    <div className="flow-box">
      <section
        className="scroll flow"
        ref={box}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={words.conversation}
      >
        <ol className="col messages">
          {path.length === 0 && (
            <li className="none">
              <b>{words.empty}</b>
              <span className="cap">{words.emptyWhere}</span>
            </li>
          )}
          {path.flatMap((message, i) => {
            const before = message.level === undefined ? undefined : levelBefore(path, i);
            const { at, of } = branchOf(messages, message.id);
            return [
              i === leftOut && i > 0 && <LeftOut key="left-out" count={leftOut} />,
              before !== undefined && before !== message.level && (
                <Changed key={`level-${message.id}`} now={message.level!} before={before} />
              ),
              <ShownMessage
                key={message.id}
                message={message}
                ranked={ranked[message.id]}
                at={at}
                of={of}
                isLast={i === path.length - 1}
                isBusy={isBusy}
                isReadOnly={isReadOnly}
                isLeftOut={i < leftOut}
              />,
            ];
          })}
          {!isReadOnly && last !== undefined && last !== runType && <Changed now={runType} before={last} />}
          <Writing />
        </ol>
      </section>
      {isAway && (
        <button className="btn newest" type="button" onClick={toEnd}>
          <Icon name="down" />
          {words.newest}
        </button>
      )}
    </div>
  );
}

import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { TokenSpan } from '../../../store/chat/align';
import { visibleText } from '../../../util/foreign-text';
import { Foreign } from '../../kit/foreign';
import { useWords } from '../../words/use-words';
import { fixed } from '../../kit/numerals';

const DELAY_MS = 120;
function percentOf(probability: number): string {
  const percent = 100 * probability;
  if (percent < 0.05) return percent === 0 ? '0 %' : '< 0.1 %';
  return `${fixed(percent, percent < 99.95 ? 1 : 0)} %`;
}

interface Shown {
  readonly index: number;
  readonly left: number;
  readonly top: number;
}

/** A token's text on one line; spaces are seen. */
const shownText = (text: string): string => visibleText(text).replaceAll('\n', '⏎').replaceAll(' ', '␣');

/** The likeliest tokens in a token's place. */
function Likeliest({ span: { token }, at }: { readonly span: TokenSpan; readonly at: Shown }) {
  return (
    <span className="pop" role="tooltip" style={{ left: at.left, top: at.top }}>
      {token.top.map(({ id, text, probability }) => (
        <span key={id} className={id === token.id ? 'is' : undefined}>
          <Foreign text={shownText(text)} />
          <i>
            <u style={{ width: `${100 * probability}%` }} />
          </i>
          <span>{percentOf(probability)}</span>
        </span>
      ))}
      {token.top.every(({ id }) => id !== token.id) && (
        <span className="is">
          <Foreign text={shownText(token.text)} />
          <i>
            <u style={{ width: `${100 * token.probability}%` }} />
          </i>
          <span>{percentOf(token.probability)}</span>
        </span>
      )}
    </span>
  );
}

/** A text whose tokens tell, under the mouse or by arrow keys, what else could have stood there. */
export function Tokens({
  spans,
  children,
}: {
  readonly spans: readonly TokenSpan[];
  readonly children: ReactNode;
}) {
  const words = useWords().chat;
  const box = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [shown, setShown] = useState<Shown | null>(null);
  const hide = () => {
    clearTimeout(timer.current);
    setShown(null);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (shown === null) return;
    const marked = box.current?.querySelectorAll(`[data-token="${shown.index}"]`) ?? [];
    for (const element of marked) element.classList.add('at');
    // The text goes, and a bubble that stays would belong to another.
    const leave = () => setShown(null);
    window.addEventListener('scroll', leave, { capture: true, once: true });
    return () => {
      for (const element of marked) element.classList.remove('at');
      window.removeEventListener('scroll', leave, { capture: true });
    };
  }, [shown]);
  const show = (element: HTMLElement) => {
    const { left, top, bottom } = element.getClientRects()[0] ?? element.getBoundingClientRect();
    // Above the text, or below it where the window ends.
    const isHigh = top < 140;
    setShown({
      index: Number(element.dataset.token),
      left: Math.max(8, Math.min(left, innerWidth - 230)),
      top: isHigh ? bottom + 6 : top - 108,
    });
  };
  const onMouseOver = ({ target }: MouseEvent) => {
    const token = target instanceof Element ? target.closest<HTMLElement>('[data-token]') : null;
    clearTimeout(timer.current);
    if (token) timer.current = setTimeout(() => show(token), DELAY_MS);
    else setShown(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return hide();
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || event.target !== box.current) return;
    event.preventDefault();
    const next = shown ? shown.index + step : 0;
    const token = box.current?.querySelector<HTMLElement>(`[data-token="${next}"]`);
    if (!token) return;
    token.scrollIntoView({ block: 'nearest' });
    show(token);
  };
  const span = shown ? spans[shown.index] : undefined;
  return (
    // biome-ignore lint/a11y/useKeyWithMouseEvents: the keys are the arrows
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form
    <div
      className="md"
      ref={box}
      role="group"
      aria-label={words.byTokens}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: one stop for all tokens; arrow keys move among them
      tabIndex={0}
      onMouseOver={onMouseOver}
      onMouseLeave={hide}
      onKeyDown={onKeyDown}
      onBlur={hide}
    >
      {children}
      {span && shown && <Likeliest span={span} at={shown} />}
      <span className="visually" aria-live="polite">
        {span?.token.top.map((t) => words.chosen(shownText(t.text), percentOf(t.probability))).join(', ')}
      </span>
    </div>
  );
}

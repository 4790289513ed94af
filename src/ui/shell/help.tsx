import { useEffect, useState } from 'react';

interface Shown {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly by: 'tap' | 'focus';
}
const WIDTH_PX = 260;
const MARGIN_PX = 8;

/** The help of an element, or of what it stands in. A name that is only repeated helps nobody. */
function helpOf(target: EventTarget | null): { text: string; element: Element } | null {
  const element = target instanceof Element ? target.closest('[title]') : null;
  const text = element?.getAttribute('title') ?? '';
  if (!element || text === '' || text === element.getAttribute('aria-label')) return null;
  return { text, element };
}

function placeOf(element: Element): Pick<Shown, 'left' | 'top'> {
  const { left, top, bottom } = element.getBoundingClientRect();
  const most = Math.max(MARGIN_PX, innerWidth - WIDTH_PX - MARGIN_PX);
  // Below the figure, or above it where the window ends.
  const isLow = bottom > innerHeight - 120;
  return {
    left: Math.min(Math.max(MARGIN_PX, left), most),
    top: isLow ? Math.max(MARGIN_PX, top - 72) : bottom + 6,
  };
}

/**
 * Help on a figure by tap and by keyboard. It stands in `title`, which browsers show under a mouse and read aloud, but not where
 * there is none: a tap on the figure, or the focus of the keyboard, shows it here. Escape, a scroll and the next tap take it
 * away.
 */
export function Help() {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    const hide = () => setShown(null);
    const show = (target: EventTarget | null, by: Shown['by']) => {
      const help = helpOf(target);
      setShown(help && { text: help.text, by, ...placeOf(help.element) });
    };
    const onPointerUp = ({ pointerType, target }: PointerEvent) =>
      pointerType === 'mouse' ? hide() : show(target, 'tap');
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof Element && target.matches(':focus-visible')) show(target, 'focus');
    };
    // A tap takes the focus from elsewhere after it.
    const onBlur = () => setShown((now) => (now?.by === 'focus' ? null : now));
    const onKey = ({ key }: KeyboardEvent) => key === 'Escape' && hide();
    window.addEventListener('pointerup', onPointerUp);
    window.addEventListener('focusin', onFocus);
    window.addEventListener('focusout', onBlur);
    window.addEventListener('keydown', onKey);
    window.addEventListener('scroll', hide, { capture: true });
    window.addEventListener('hashchange', hide);
    return () => {
      window.removeEventListener('pointerup', onPointerUp);
      window.removeEventListener('focusin', onFocus);
      window.removeEventListener('focusout', onBlur);
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('scroll', hide, { capture: true });
      window.removeEventListener('hashchange', hide);
    };
  }, []);
  if (!shown) return null;
  return (
    // Those who have it read aloud have it from the title already.
    <span
      className="helptip"
      aria-hidden="true"
      data-testid="help"
      style={{ left: shown.left, top: shown.top }}
    >
      {shown.text}
    </span>
  );
}

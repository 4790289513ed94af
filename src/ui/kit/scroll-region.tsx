import type { ReactNode } from 'react';

/** A region that scrolls on its own; it takes the focus, so that the keyboard can scroll it. */
export function ScrollRegion(props: { label: string; tall?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={props.tall ? 'scroll tall' : 'scroll'} tabIndex={0} aria-label={props.label}>
      {props.children}
    </section>
  );
}

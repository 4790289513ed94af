import type { ReactNode } from 'react';

/** A scrollable region; focusable, so that it scrolls by keyboard. */
export function ScrollRegion(props: { label: string; tall?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={props.tall ? 'scroll tall' : 'scroll'} tabIndex={0} aria-label={props.label}>
      {props.children}
    </section>
  );
}

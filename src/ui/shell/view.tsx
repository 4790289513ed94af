import type { ReactNode } from 'react';
import { Foreign } from '../kit/foreign';

interface ViewProps {
  /** Names the view for style and walks. */
  readonly id: string;
  readonly title: string;
  /** Beside the title. */
  readonly sub?: string;
  /** After the title: the parts of the view. */
  readonly tabs?: ReactNode;
  /** At the right end of the head. */
  readonly aside?: ReactNode;
  readonly foot?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** One view: a head that stays, a body that scrolls, a foot that stays. */
export function ViewFrame({ id, title, sub, tabs, aside, foot, className = '', children }: ViewProps) {
  return (
    <section className={`view ${id}`} id={id} aria-labelledby={`${id}-title`}>
      <div className="head">
        <h1 id={`${id}-title`}>
          <Foreign text={title} />
        </h1>
        {sub && (
          <span className="sub wide">
            <Foreign text={sub} />
          </span>
        )}
        {tabs}
        <span className="push" />
        {aside}
      </div>
      <div className={`body ${className}`}>{children}</div>
      {foot && <div className="foot">{foot}</div>}
    </section>
  );
}

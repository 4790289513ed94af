import type { ReactNode } from 'react';
import { Foreign } from './foreign';

/** A section with a heading. */
export function Panel(props: { id: string; title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="panel" aria-labelledby={`${props.id}-title`} id={props.id}>
      <header className="panel-head">
        <h2 id={`${props.id}-title`}>
          <Foreign text={props.title} />
        </h2>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}

/** A labelled value with a tooltip. */
export function Fact(props: { label: string; value: ReactNode; help?: string }) {
  return (
    <div className="fact" title={props.help}>
      <dt>{props.label}</dt>
      <dd>{typeof props.value === 'string' ? <Foreign text={props.value} /> : props.value}</dd>
    </div>
  );
}

import type { ReactNode } from 'react';
import { Foreign } from './foreign';

/** A labelled value with a tooltip. */
export function Fact(props: { label: string; value: ReactNode; help?: string }) {
  return (
    <div className="fact" title={props.help}>
      <dt>{props.label}</dt>
      <dd>{typeof props.value === 'string' ? <Foreign text={props.value} /> : props.value}</dd>
    </div>
  );
}

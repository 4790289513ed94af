import { useLayoutEffect, useRef } from 'react';
import temml from 'temml';

/** TeX as MathML, which browsers draw by themselves. What cannot be read, or is not whole yet, is shown as it is written. */
export function MathText({ tex, isDisplay }: { readonly tex: string; readonly isDisplay: boolean }) {
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const span = place.current;
    if (!span) return;
    try {
      temml.render(tex, span, { displayMode: isDisplay, throwOnError: true, trust: false, annotate: false });
    } catch {
      span.replaceChildren(Object.assign(document.createElement('code'), { textContent: tex }));
    }
  }, [tex, isDisplay]);
  return <span className={isDisplay ? 'math display' : 'math'} ref={place} />;
}

import {
  Component,
  lazy,
  type ReactNode,
  Suspense,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { TokenSpan } from '../../../store/chat/align';
import { ForeignText } from '../../kit/foreign';

// The parsers of Markdown, code and math come after the view.
const Markdown = lazy(() => import('./markdown').then((m) => ({ default: m.Markdown })));

/** Characters of a text that is drawn as Markdown; a longer one would hold the page. */
const MOST_DRAWN = 200_000;
const LEAST_PAUSE_MS = 50;
/** Drawing what is being written takes this share of the time at most. */
const SHARE = 0.25;

/** A text that nothing could be made of but its characters. */
const Plain = ({ text }: { readonly text: string }) => (
  <p className="plain">
    <ForeignText text={text} />
  </p>
);

/** Shows its fallback where drawing fails: lists in lists in lists may be deeper than a parser's stack. */
class OrElse extends Component<
  { fallback: ReactNode; children: ReactNode },
  { readonly hasFailed: boolean }
> {
  override state = { hasFailed: false };
  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }
  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children;
  }
}

/** A text that grows, as seldom as it takes for drawing it to leave the page free; at once when it has ended. */
function usePaced(text: string, isWriting: boolean): string {
  const [shown, setShown] = useState(text);
  const newest = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const begunMs = useRef(0);
  const pauseMs = useRef(LEAST_PAUSE_MS);
  useLayoutEffect(() => {
    newest.current = text;
  }, [text]);
  useLayoutEffect(() => {
    const drawnMs = performance.now() - begunMs.current;
    if (begunMs.current > 0 && shown !== '') pauseMs.current = Math.max(LEAST_PAUSE_MS, drawnMs / SHARE);
  }, [shown]);
  useEffect(() => {
    if (!isWriting || timer.current !== undefined || text === shown) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      begunMs.current = performance.now();
      setShown(newest.current);
    }, pauseMs.current);
  }, [text, shown, isWriting]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return isWriting ? shown : text;
}

interface DrawnTextProps {
  readonly text: string;
  readonly spans?: readonly TokenSpan[] | undefined;
  readonly isWriting?: boolean;
}

/** A text as Markdown, or as it is where that cannot be drawn. */
export function DrawnText({ text, spans, isWriting = false }: DrawnTextProps) {
  const shown = usePaced(text, isWriting);
  const plain = <Plain text={shown} />;
  if (shown.length > MOST_DRAWN) return plain;
  return (
    <OrElse fallback={plain}>
      <Suspense fallback={plain}>
        <Markdown text={shown} spans={spans} />
      </Suspense>
    </OrElse>
  );
}

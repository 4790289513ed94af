import { Link } from 'wouter';
import { visible } from '../../util/foreign-text';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { useRecall } from './use-recall';
import { ViewFrame } from './view';

/** The place of a view whose model is not open: it says which file it needs, and goes on with it. */
export function Needed({ modelId }: { readonly modelId: string }) {
  const { way, open } = useRecall(modelId);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().needed;
  if (!way) return null;
  const label = way.kind === 'unknown' ? '' : visible(way.label);
  return (
    <ViewFrame id="needed" title={way.kind === 'unknown' ? words.unknown : words.title(label)}>
      <p>
        {way.kind === 'opening' && busy && words.opening(label)}
        {way.kind === 'drop' && words.drop(label)}
        {way.kind === 'unknown' && words.dropUnknown}
      </p>
      <p className="acts">
        {way.kind === 'ask' && (
          <button className="btn main large" type="button" disabled={busy} onClick={() => void open()}>
            {words.allow(label)}
          </button>
        )}
        {way.kind === 'opening' && !busy && (
          <button className="btn main large" type="button" onClick={() => void open()}>
            {words.open(label)}
          </button>
        )}{' '}
        <Link className="btn large" href="/">
          {words.another}
        </Link>
      </p>
    </ViewFrame>
  );
}

/** An address that the page does not have. */
export function Nowhere() {
  const words = useWords().needed;
  return (
    <ViewFrame id="nowhere" title={words.nowhere}>
      <Link className="btn main large" href="/">
        {words.another}
      </Link>
    </ViewFrame>
  );
}

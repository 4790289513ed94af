import { visible } from '../../../util/foreign-text';
import { useStudio } from '../../kit/use-studio';
import { useRecall } from '../../shell/use-recall';
import { useWords } from '../../words/use-words';

/** In the composer's place while the model of a conversation is not open: which file it needs, and the way to it. */
export function NeededRow({ modelId, label }: { readonly modelId: string; readonly label: string }) {
  const { way, open } = useRecall(modelId);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().needed;
  if (!way) return null;
  const name = visible(way.kind === 'unknown' ? label : way.label);
  const isAsked = way.kind === 'ask' || (way.kind === 'opening' && !busy);
  return (
    <div className="composer-row">
      <div className="asks" data-testid="chat-needs">
        <p>
          <b>{words.title(name)}</b>{' '}
          <span className="cap">
            {way.kind === 'opening' ? busy && words.opening(name) : way.kind !== 'ask' && words.drop(name)}
          </span>
        </p>
        {isAsked && (
          <div className="acts">
            <button className="btn main" type="button" disabled={busy} onClick={() => void open()}>
              {way.kind === 'ask' ? words.allow(name) : words.open(name)}
            </button>
          </div>
        )}
      </div>
    </div>
  );
}

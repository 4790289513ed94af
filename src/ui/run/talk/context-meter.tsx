import { largerContext, usedTokens } from '../../../store/chat/context';
import { doNotAsk, leaveOut, useContext as takeContext } from '../../../store/chat/converse';
import { pathTo } from '../../../store/chat/tree';
import { megaOrGiga } from '../../kit/units';
import { useSettings } from '../../kit/use-settings';
import { useStudio } from '../../kit/use-studio';
import { useWords } from '../../words/use-words';

/** Of the context, from which on the next step up is offered. */
const NEARLY_FULL = 0.75;

/** The next larger context, with the memory that it costs. */
function Larger({ isButton = false }: { readonly isButton?: boolean }) {
  const context = useStudio((s) => s.context);
  const limit = useStudio((s) => s.model?.contextLength ?? null);
  const row = useStudio((s) => s.plan.find((p) => p.type === s.runType));
  const isBusy = useStudio((s) => s.job !== null);
  const total = useSettings((s) => s.gpuMemoryBytes);
  const words = useWords().chat;
  const next = largerContext(context, limit);
  if (next === null) return <span className="cap">{words.modelsMost}</span>;
  const more = row ? row.cacheBytes * (next / context - 1) : 0;
  const fits = row && total !== null ? row.weightBytes + row.runtimeBytes + more <= total : null;
  return (
    <>
      <button
        className={isButton ? 'btn main' : 'link'}
        type="button"
        disabled={isBusy}
        onClick={() => void takeContext(next)}
      >
        {words.use(next)}
      </button>
      {more > 0 && <span className="cap">{words.costs(megaOrGiga(more), fits)}</span>}
    </>
  );
}

/** Asks what to do where the next prompt leaves no room for an answer. */
function Full() {
  const full = useStudio((s) => s.talk.full);
  const canGrow = useStudio((s) => largerContext(s.context, s.model?.contextLength ?? null) !== null);
  const isBusy = useStudio((s) => s.job !== null);
  const words = useWords().chat;
  if (!full) return null;
  const { promptTokens, context, leaveOut: what } = full;
  return (
    <div className="asks" role="alertdialog" aria-label={words.full(promptTokens, context)}>
      <p>
        <b>{words.full(promptTokens, context)}</b>{' '}
        <span className="cap">{what ? words.leavesTokens(what.tokens) : words.tooLong}</span>
      </p>
      <div className="acts">
        {canGrow && <Larger isButton />}
        {what && (
          <button className="btn" type="button" disabled={isBusy} onClick={() => void leaveOut()}>
            {words.leaveOut(what.count)}
          </button>
        )}
        <button className="btn quiet" type="button" onClick={doNotAsk}>
          {words.doNot}
        </button>
      </div>
    </div>
  );
}

/** The share of the context that the conversation takes, and the next step up where it is nearly full. */
export function ContextMeter() {
  const context = useStudio((s) => s.context);
  const isAsking = useStudio((s) => s.talk.full !== null);
  const used = useStudio(({ talk }) => {
    const path = pathTo(talk.messages, talk.conversation?.head ?? null);
    const timing = path.findLast((m) => m.timing)?.timing;
    return timing ? usedTokens(timing) : 0;
  });
  const { chat: words, help } = useWords();
  if (isAsking) return <Full />;
  if (used === 0) return null;
  const share = Math.min(1, used / context);
  const [count, of] = words.used(used, context);
  const isNearlyFull = share >= NEARLY_FULL;
  return (
    <div className="full" title={help.context} data-testid="context" data-used={used} data-context={context}>
      <div className="meter" aria-hidden="true">
        <i className={isNearlyFull ? 'fill warnfill' : 'fill'} style={{ width: `${100 * share}%` }} />
      </div>
      <span>
        <b>{count}</b>
        {of}
      </span>
      {isNearlyFull && <Larger />}
    </div>
  );
}

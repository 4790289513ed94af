import type { Timing } from '../../store/chat/conversation';
import { useWords } from '../words/use-words';

/** Figures of an answer: speed, first token, length, the part of the prompt that was read, and why it ended. */
export function TimingFacts({ timing }: { readonly timing: Timing }) {
  const words = useWords().chat;
  const { tokensPerSecond, timeToFirstTokenMs, tokens, promptTokens, evaluated, promptTokensPerSecond } =
    timing;
  const help = words.promptHelp(Math.max(0, promptTokens - evaluated), promptTokensPerSecond.toFixed(1));
  return (
    <dl className="timing cap" data-testid="timing" data-ended={timing.stopped}>
      <div>
        <dt className="visually">{words.generation}</dt>
        <dd>
          {tokensPerSecond > 0 ? (
            <>
              <b>{tokensPerSecond.toFixed(1)}</b> {words.perSecond}
            </>
          ) : (
            words.tooFew
          )}
        </dd>
      </div>
      <div>
        <dt>{words.firstToken}</dt>
        <dd>
          <b>{words.seconds(timeToFirstTokenMs)}</b>
        </dd>
      </div>
      <div className="wide">
        <dt className="visually">{words.answerTokens}</dt>
        <dd>{words.tokens(tokens)}</dd>
      </div>
      <div className="wide">
        <dt className="visually">{words.prompt}</dt>
        <dd title={help} data-speed={promptTokensPerSecond} data-read={evaluated} data-of={promptTokens}>
          {words.promptRead(evaluated, promptTokens)}
        </dd>
      </div>
      <div>
        <dt className="visually">{words.endedBy}</dt>
        <dd>{words.ended[timing.stopped]}</dd>
      </div>
    </dl>
  );
}

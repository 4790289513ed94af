import type { Timing } from '../../store/chat/conversation';
import { useWords } from '../words/use-words';
import { fixed } from '../kit/numerals';

/** Figures of an answer: speed, first token, length, the part of the prompt that was read, and why it ended. */
export function TimingFacts({ timing }: { readonly timing: Timing }) {
  const { chat: words, help: helps } = useWords();
  const { tokensPerSecond, timeToFirstTokenMs, tokens, promptTokens, evaluated, promptTokensPerSecond } =
    timing;
  const help = words.promptHelp(Math.max(0, promptTokens - evaluated), fixed(promptTokensPerSecond, 1));
  return (
    <dl className="timing cap" data-testid="timing" data-ended={timing.stopped}>
      <div>
        <dt className="visually">{words.generation}</dt>
        <dd title={helps.answerSpeed}>
          {tokensPerSecond > 0 ? (
            <>
              <b>{fixed(tokensPerSecond, 1)}</b> {words.perSecond}
            </>
          ) : (
            words.tooFew
          )}
        </dd>
      </div>
      <div>
        <dt title={helps.firstToken}>{words.firstToken}</dt>
        <dd title={helps.firstToken}>
          <b>{words.seconds(timeToFirstTokenMs)}</b>
        </dd>
      </div>
      <div className="wide">
        <dt className="visually">{words.answerTokens}</dt>
        <dd title={helps.answerTokens}>{words.tokens(tokens)}</dd>
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

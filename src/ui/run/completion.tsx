import { continueText } from '../../store/work/actions';
import { ForeignText } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { Mark } from './mark';
import { PromptField } from './prompt-field';
import { TimingFacts } from './timing';

/** A text that the model goes on with. */
export function Completion() {
  const prompt = useStudio((s) => s.completion);
  const answer = useStudio((s) => s.answer);
  const timing = useStudio((s) => s.timing);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => s.noGpu !== null);
  const words = useWords().chat;
  return (
    <div className="scroll flow">
      <div className="col completion">
        <PromptField />
        <div className="acts">
          <button
            type="button"
            className="btn main large"
            disabled={busy || blocked}
            onClick={() => void continueText()}
          >
            {words.continueIt}
          </button>
        </div>
        <div className="output" aria-live="polite">
          {answer.length > 0 && (
            <p>
              <span className="given">
                <ForeignText text={prompt} />
              </span>
              <span data-testid="answer">
                {answer.map((part, i) =>
                  part.kind === 'mark' ? (
                    // biome-ignore lint/suspicious/noArrayIndexKey: parts are only appended
                    <Mark key={i} text={part.text} />
                  ) : (
                    // biome-ignore lint/suspicious/noArrayIndexKey: parts are only appended
                    <ForeignText key={i} text={part.text} />
                  ),
                )}
              </span>
            </p>
          )}
        </div>
        {timing && <TimingFacts timing={timing} />}
      </div>
    </div>
  );
}

import { generate } from '../../store/work/actions';
import { ForeignText } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { Mark } from './answer';
import { PromptField } from './prompt-field';

export function Completion() {
  const prompt = useStudio((s) => s.completion);
  const answer = useStudio((s) => s.answer);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => s.noGpu !== null);
  return (
    <div className="completion">
      <PromptField />
      <div className="actions">
        <button type="button" className="primary" disabled={busy || blocked} onClick={() => void generate()}>
          Continue it
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
    </div>
  );
}

import { generate, setCompletion } from '../../store/actions';
import { useStudio } from '../kit/use-studio';

export function Completion() {
  const prompt = useStudio((s) => s.completion);
  const answer = useStudio((s) => s.answer);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => s.noGpu !== null);
  return (
    <div className="completion">
      <label>
        Text to continue
        <textarea rows={3} value={prompt} onChange={(e) => setCompletion(e.currentTarget.value)} />
      </label>
      <div className="actions">
        <button type="button" className="primary" disabled={busy || blocked} onClick={() => void generate()}>
          Continue it
        </button>
      </div>
      <div className="output" aria-live="polite">
        {answer !== '' && (
          <p>
            <span className="given">{prompt}</span>
            <span data-testid="answer">{answer}</span>
          </p>
        )}
      </div>
    </div>
  );
}

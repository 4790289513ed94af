import { setCompletion } from '../../store/work/actions';
import { useStudio } from '../kit/use-studio';

/** The text to continue. */
export function PromptField() {
  const prompt = useStudio((s) => s.completion);
  return (
    <label>
      Text to continue
      <textarea rows={3} value={prompt} onChange={(e) => setCompletion(e.currentTarget.value)} />
    </label>
  );
}

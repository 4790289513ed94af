import { useStudio } from '../kit/use-studio';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { ErrorHeat } from './error-heat';
import { ErrorTable } from './error-table';

/** The places of a level where it loses: layers, tensors, blocks. */
export function InspectView() {
  const words = useWords();
  const isEmpty = useStudio((s) => Object.keys(s.levels).length === 0);
  return (
    <ViewFrame id="inspect" title={words.views.inspect} className="legacy">
      {isEmpty ? <p className="empty">{words.inspect.empty}</p> : null}
      <ErrorHeat />
      <ErrorTable />
    </ViewFrame>
  );
}

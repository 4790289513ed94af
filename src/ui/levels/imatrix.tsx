import { offerDownload } from '../../store/work/actions';
import { collectImatrix } from '../../store/work/calibrate';
import { removeImatrix } from '../../store/model/open';
import { CALIBRATION } from '../../store/work/own-text';
import { Foreign } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';

/** The importance matrix in use, or ways to get one. */
export function Imatrix() {
  const imatrix = useStudio((s) => s.imatrix);
  const file = useStudio((s) => s.imatrixFile);
  const text = useStudio((s) => s.ownText?.label ?? CALIBRATION);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => !s.model || s.model.blocked !== null || s.noGpu !== null);
  if (!imatrix)
    return (
      <p className="hint" data-testid="imatrix">
        An importance matrix improves what is made below 6 bits; the smallest levels want one. Drop one
        (llama-imatrix, .gguf or .dat), or{' '}
        <button
          type="button"
          disabled={busy || blocked}
          onClick={() => void collectImatrix()}
          title="Runs the text through the model and sums what goes into every product, as llama-imatrix does. A text of the kind that you use the model for is best: drop a .txt"
        >
          Collect one from <Foreign text={text} />
        </button>
      </p>
    );
  return (
    <p className="hint" data-testid="imatrix">
      Importance matrix{' '}
      <b>
        <Foreign text={imatrix.label} />
      </b>
      : {imatrix.matching} of its {imatrix.tensors} tensors are in this model
      {imatrix.chunks > 0 ? `, from ${imatrix.chunks} chunks of text` : ''}.{' '}
      {file && (
        <button type="button" onClick={() => offerDownload(file, imatrix.label)}>
          Save it
        </button>
      )}{' '}
      <button type="button" disabled={busy} onClick={() => void removeImatrix()}>
        Do without
      </button>
    </p>
  );
}

import { offerDownload } from '../../store/work/actions';
import { collectImatrix } from '../../store/work/calibrate';
import { removeImatrix } from '../../store/model/open';
import { CALIBRATION } from '../../store/work/own-text';
import { Foreign } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** The importance matrix in use, or ways to get one. */
export function Imatrix() {
  const imatrix = useStudio((s) => s.imatrix);
  const file = useStudio((s) => s.imatrixFile);
  const text = useStudio((s) => s.ownText?.label ?? CALIBRATION);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => !s.model || s.model.blocked !== null || s.noGpu !== null);
  const words = useWords().imatrix;
  if (!imatrix)
    return (
      <div data-testid="imatrix" className="stack">
        <p>{words.why}</p>
        <p>
          <button
            className="btn main"
            type="button"
            disabled={busy || blocked}
            onClick={() => void collectImatrix()}
          >
            {words.collect}
            <Foreign text={text} />
          </button>
        </p>
        <p className="cap">{words.how}</p>
      </div>
    );
  return (
    <div data-testid="imatrix" className="stack">
      <p>
        {words.inUse}{' '}
        <b>
          <Foreign text={imatrix.label} />
        </b>
        : {words.matching(imatrix.matching, imatrix.tensors)}
        {imatrix.chunks > 0 ? words.chunks(imatrix.chunks) : ''}.
      </p>
      <p className="acts">
        {file && (
          <button className="btn" type="button" onClick={() => offerDownload(file, imatrix.label)}>
            {words.save}
          </button>
        )}
        <button className="btn" type="button" disabled={busy} onClick={() => void removeImatrix()}>
          {words.without}
        </button>
      </p>
    </div>
  );
}

import { navigate } from 'wouter/use-hash-location';
import { closeInspection } from '../../store/work/actions';
import { visible } from '../../util/foreign-text';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { pathOf } from '../route/routes';
import { useWords } from '../words/use-words';
import { Block } from './block';
import { Histogram } from './histogram';
import { precise } from '../kit/numerals';

const short = (v: number) => precise(v, 4);

/** An inspected tensor: histogram, largest weights and one block. */
export function TensorView({ level }: { level: string }) {
  const of = useStudio((s) => s.inspection);
  const id = useStudio((s) => s.model?.fingerprint ?? '');
  const words = useWords().inspect;
  if (!of) return null;
  const close = () => {
    closeInspection();
    navigate(pathOf('inspect', id));
  };
  return (
    <section className="tensor" aria-label={words.tensor(visible(of.name))} data-testid="tensor">
      <section className="panel" aria-labelledby="tensor-title">
        <div className="ph">
          <h2 id="tensor-title">
            <Foreign text={of.name} />: {words.heading(of.rows, of.cols, of.sourceType, of.type)}
          </h2>
          <span className="push" />
          <button className="btn quiet icon" type="button" aria-label={words.closeTensor} onClick={close}>
            <Icon name="x" />
          </button>
        </div>
        <div className="pb stack">
          <Histogram of={of} />
          <h3>{words.largest}</h3>
          <ul className="outliers">
            {of.outliers.map((o) => (
              <li key={`${o.row} ${o.col}`}>
                {words.outlier(short(o.before), short(o.after), o.row, o.col)}
              </li>
            ))}
          </ul>
        </div>
      </section>
      <Block level={level} of={of} />
    </section>
  );
}

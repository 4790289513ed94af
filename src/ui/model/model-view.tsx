import { navigate } from 'wouter/use-hash-location';
import { Link } from 'wouter';
import { closeModel } from '../../store/model/open';
import { Fact } from '../kit/fact';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { megaOrGiga, weights } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { pathOf } from '../route/routes';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { Card } from './card';
import { Template } from './template';
import { Tensors } from './tensors';
import { Tokenizer } from './tokenizer';
import { whole } from '../kit/numerals';

/** Figures of the model, as its file states them. */
function Figures() {
  const model = useStudio((s) => s.model);
  const words = useWords().model.facts;
  if (!model) return null;
  const { layers, width, heads, cachedHeads, vocabulary, experts, expertsUsed } = model.dimensions;
  const figure = (n: number | null) => (n === null ? words.unknown : whole(n));
  const pair = (a: number | null, b: number | null) =>
    b === null || a === b ? figure(a) : `${figure(a)}, ${figure(b)}`;
  return (
    <dl className="panel facts spread">
      <Fact label={words.architecture} value={model.architecture} help={words.architectureHelp} />
      <Fact
        label={words.parameters}
        value={weights(model.parameters)}
        help={words.weights(model.parameters)}
      />
      <Fact label={words.size} value={megaOrGiga(model.sizeBytes)} help={words.bytes(model.sizeBytes)} />
      <Fact
        label={words.stored}
        value={model.quantizedAs ?? model.sourceTypes.join(', ')}
        help={words.storedHelp}
      />
      <Fact label={words.layers} value={figure(layers)} />
      <Fact label={words.width} value={figure(width)} help={words.widthHelp} />
      <Fact label={words.heads} value={pair(heads, cachedHeads)} help={words.headsHelp} />
      {experts !== null && experts > 0 && (
        <Fact label={words.experts} value={pair(experts, expertsUsed)} help={words.expertsHelp} />
      )}
      <Fact label={words.context} value={figure(model.contextLength)} help={words.contextHelp} />
      <Fact label={words.vocabulary} value={figure(vocabulary)} help={words.vocabularyHelp} />
    </dl>
  );
}

/** Things to know of the model before it is used. */
function Notes() {
  const blocked = useStudio((s) => s.model?.blocked ?? null);
  const notes = useStudio((s) => s.model?.notes);
  return (
    <>
      {blocked !== null && (
        <p className="is warn">
          <Icon name="warn" />
          <Foreign text={blocked} />
        </p>
      )}
      {notes?.map((note) => (
        <p className="is info" key={note}>
          <Icon name="info" />
          <Foreign text={note} />
        </p>
      ))}
    </>
  );
}

/** The open model: what it is, its tokens, its template, its tensors. */
export function ModelView() {
  const model = useStudio((s) => s.model);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().model;
  if (!model) return null;
  // First away from its address: a view of a model that is not open brings it back.
  const close = () => {
    navigate('/');
    void closeModel();
  };
  return (
    <ViewFrame
      id="model"
      title={model.label}
      sub={model.name === model.label ? '' : model.name}
      aside={
        <>
          <button className="btn" type="button" disabled={busy} onClick={close}>
            {words.close}
          </button>
          <Link className="btn main" href={pathOf('levels', model.fingerprint)}>
            {words.chooseLevel}
          </Link>
        </>
      }
    >
      <Notes />
      <Figures />
      <div className="sides">
        <div className="side">
          <Card />
          <Tokenizer />
          <Template />
        </div>
        <Tensors />
      </div>
    </ViewFrame>
  );
}

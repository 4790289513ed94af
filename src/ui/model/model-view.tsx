import { formatBytes, formatCount } from '../../util/bytes';
import { Foreign } from '../kit/foreign';
import { Fact } from '../kit/fact';
import { ViewFrame } from '../shell/view';
import { useStudio } from '../kit/use-studio';
import { ScrollRegion } from '../kit/scroll-region';

/** The open model: architecture, sizes, tensors. */
export function ModelFacts() {
  const model = useStudio((s) => s.model);
  if (!model) return null;
  return (
    <ViewFrame id="model" title={model.label} className="legacy">
      <dl className="facts">
        <Fact label="Architecture" value={model.architecture} help="general.architecture of the file" />
        <Fact label="Parameters" value={formatCount(model.parameters)} help={`${model.parameters} weights`} />
        <Fact label="Size" value={formatBytes(model.sizeBytes)} help={`${model.sizeBytes} bytes`} />
        <Fact
          label="Stored as"
          value={model.sourceTypes.join(', ')}
          help="Tensor types in the file, by size"
        />
        <Fact label="Layers" value={model.layers ?? '?'} />
        <Fact label="Context" value={model.contextLength ?? '?'} help="Tokens it was trained to look at" />
        <Fact label="Tokenizer" value={model.hasTokenizer ? model.tokenizer : 'none that can be used'} />
        <Fact label="Chat template" value={model.hasChatTemplate ? 'yes' : 'no: completion only'} />
      </dl>
      {model.blocked && (
        <p className="note">
          <Foreign text={model.blocked} />
        </p>
      )}
      {model.notes.map((note) => (
        <p className="note" key={note}>
          <Foreign text={note} />
        </p>
      ))}
      <details>
        <summary>{model.tensors.length} tensors</summary>
        <ScrollRegion label="Table of tensors" tall>
          <table>
            <thead>
              <tr>
                <th scope="col">Tensor</th>
                <th scope="col">Type</th>
                <th scope="col">Shape</th>
                <th scope="col" className="num">
                  Size
                </th>
              </tr>
            </thead>
            <tbody>
              {model.tensors.map((t) => (
                <tr key={t.name}>
                  <th scope="row">
                    <Foreign text={t.name} />
                  </th>
                  <td>{t.type}</td>
                  <td>{t.shape.join(' x ')}</td>
                  <td className="num">{formatBytes(t.sizeBytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </details>
    </ViewFrame>
  );
}

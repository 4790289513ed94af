import { formatBytes } from '../../util/bytes';
import { Fact, Panel } from '../kit/panel';
import { useStudio } from '../kit/use-studio';

export function DevicePanel() {
  const device = useStudio((s) => s.device);
  const noGpu = useStudio((s) => s.noGpu);
  const memory = useStudio((s) => s.memory);
  return (
    <Panel id="device" title="Device">
      {noGpu && (
        <p className="note" role="status">
          {noGpu}
        </p>
      )}
      {device && (
        <dl className="facts">
          <Fact label="Adapter" value={device.name} />
          <Fact
            label="Sums across lanes"
            value={
              device.facts.lanes.shader.endsWith('subgroup')
                ? `subgroups of ${device.facts.lanes.count}`
                : 'workgroup memory'
            }
            help="Which variant of the kernels runs here"
          />
          <Fact
            label="16-bit floats"
            value={
              device.facts.features.includes('shader-f16') ? 'shader-f16' : 'packed, no shader-f16 needed'
            }
          />
          <Fact
            label="Largest binding"
            value={formatBytes(device.facts.maxBindingBytes)}
            help="Larger tensors are split by rows"
          />
        </dl>
      )}
      {memory && (
        <>
          <p data-testid="memory">
            GPU memory in use: <b>{formatBytes(memory.currentBytes)}</b>, at most{' '}
            <b>{formatBytes(memory.peakBytes)}</b>.
          </p>
          {memory.owners.length > 0 && (
            <details>
              <summary>Who holds it</summary>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Owner</th>
                    <th scope="col" className="num">
                      Bytes
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {memory.owners.map((o) => (
                    <tr key={o.owner}>
                      <th scope="row">{o.owner}</th>
                      <td className="num">{o.sizeBytes.toLocaleString('en')}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </details>
          )}
        </>
      )}
    </Panel>
  );
}

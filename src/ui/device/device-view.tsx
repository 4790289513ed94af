import { saveDeviceReport } from '../../store/work/device-report';
import { useStudio } from '../kit/use-studio';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { Found, SelfTest } from './found';
import { Limits } from './limits';
import { Memory } from './memory';
import { Products } from './products';

/** The device: what it can do, and who holds its memory. */
export function DeviceView() {
  const device = useStudio((s) => s.device);
  const noGpu = useStudio((s) => s.noGpu);
  const words = useWords();
  return (
    <ViewFrame
      id="device"
      title={words.views.device}
      sub={device?.name ?? ''}
      aside={
        device && (
          <button className="btn main" type="button" onClick={saveDeviceReport}>
            {words.device.report}
          </button>
        )
      }
    >
      {noGpu && (
        <p className="is warn" role="status">
          {noGpu}
        </p>
      )}
      <div className="halves">
        <div className="stack">
          {device && <Limits />}
          <Memory />
          {device && <Products device={device} />}
        </div>
        {device && (
          <div className="stack">
            <Found device={device} />
            <SelfTest device={device} />
          </div>
        )}
      </div>
    </ViewFrame>
  );
}

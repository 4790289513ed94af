import { ComparePanel } from './compare/compare-panel';
import { DevicePanel } from './device/device-panel';
import { EngineNotice } from './kit/problem-note';
import { useStudio } from './kit/use-studio';
import { LevelsPanel } from './levels/levels-panel';
import { NewVersion } from './new-version';
import { ModelPanel } from './open/model-panel';
import { OpenPanel } from './open/open-panel';
import { RunPanel } from './run/run-panel';

export function App() {
  const device = useStudio((s) => s.device?.name ?? (s.noGpu ? 'no GPU' : 'looking for the GPU…'));
  const kept = useStudio((s) => s.site.kept);
  return (
    <>
      <header className="top">
        <h1>Nibble Studio</h1>
        <p>Quantize a language model on your own GPU, and run it here.</p>
        <span className="chip" title="The graphics adapter that does the work">
          {device}
        </span>
        <NewVersion />
      </header>
      <main>
        <EngineNotice />
        <OpenPanel />
        <ModelPanel />
        <LevelsPanel />
        <RunPanel />
        <ComparePanel />
        <DevicePanel />
      </main>
      <footer>
        Nothing leaves this machine: the page uploads nothing, and asks no server but the one it came from,
        and Hugging Face when you give it an address.{kept && ' It opens without a network, too.'}{' '}
        <span data-testid="version">Version {import.meta.env.VITE_VERSION}</span>
      </footer>
    </>
  );
}

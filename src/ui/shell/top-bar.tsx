import { Link } from 'wouter';
import { changeSettings, type Settings } from '../../store/settings';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { useSettings } from '../kit/use-settings';
import { useStudio } from '../kit/use-studio';
import { pathOf } from '../route/routes';
import { usePaths } from '../route/use-address';
import { useWords } from '../words/use-words';
import { JobStatus } from './job-status';
import { gigabytesOf, megaOrGiga, partOf } from '../kit/units';

/** The open model, and the way to another. */
function OpenModel() {
  const model = useStudio((s) => s.model);
  const words = useWords();
  const pathTo = usePaths();
  if (!model)
    return (
      <Link className="pick" href="/">
        <b>{words.name}</b>
      </Link>
    );
  return (
    <Link className="pick" href={pathTo('model')}>
      <b id="open-model">
        <Foreign text={model.label} />
      </b>
      <small>{megaOrGiga(model.sizeBytes)}</small>
    </Link>
  );
}

/** GPU memory in use, of what the person said that there is. */
function Gauge() {
  const memory = useStudio((s) => s.memory);
  const device = useStudio((s) => s.device);
  const noGpu = useStudio((s) => s.noGpu !== null);
  const total = useSettings((s) => s.gpuMemoryBytes);
  const { shell: words, help } = useWords();
  const used = memory?.currentBytes ?? 0;
  if (noGpu)
    return (
      <Link className="gauge" href={pathOf('device')} data-adapter="none">
        <span className="is warn">
          <Icon name="warn" />
          {words.noGpu}
        </span>
      </Link>
    );
  if (!device)
    return (
      <Link className="gauge" href={pathOf('device')} data-adapter="">
        {words.searchingGpu}
      </Link>
    );
  return (
    <Link
      className="gauge"
      href={pathOf('device')}
      title={help.gauge(device.name, megaOrGiga(used), megaOrGiga(memory?.peakBytes ?? 0))}
      data-adapter={device.name}
    >
      <span className="visually">{words.gpuMemory}</span>
      <span className="of" aria-hidden="true">
        GPU
      </span>
      {total !== null && (
        <span className="meter" aria-hidden="true">
          <i className="m-weights" style={{ width: `${Math.min(100, (100 * used) / total)}%` }} />
        </span>
      )}
      <span>
        <b>{total === null ? megaOrGiga(used) : partOf(used, total)}</b>
        {total !== null && <span className="of">{words.of(gigabytesOf(total))}</span>}
      </span>
    </Link>
  );
}

const NEXT: Record<Settings['theme'], Settings['theme']> = {
  system: 'light',
  light: 'dark',
  dark: 'system',
};

function ThemeSwitch() {
  const theme = useSettings((s) => s.theme);
  const words = useWords().shell;
  const label = words.theme(words.themes[theme]);
  return (
    <button
      className="btn quiet icon"
      type="button"
      aria-label={label}
      title={label}
      onClick={() => changeSettings({ theme: NEXT[theme] })}
    >
      <Icon name="theme" />
    </button>
  );
}

/** The model, the running job and the GPU, in sight of every view. */
export function TopBar({ openPalette }: { openPalette(): void }) {
  const words = useWords();
  return (
    <header className="top">
      <div className="what">
        <OpenModel />
      </div>
      <span className="push" />
      <JobStatus />
      <Gauge />
      <button className="btn quiet wide" type="button" title={words.commands.open} onClick={openPalette}>
        <Icon name="search" />
        <span className="visually">{words.commands.open}</span> <kbd>Ctrl K</kbd>
      </button>
      <ThemeSwitch />
    </header>
  );
}

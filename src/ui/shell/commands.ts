import { navigate } from 'wouter/use-hash-location';
import { changeSettings, settingsStore } from '../../store/settings';
import { setRunType } from '../../store/work/actions';
import { stop } from '../../store/work/job';
import { closeModel } from '../../store/model/open';
import { studioStore } from '../../store/store';
import { exportPath, isModelView, modelViews, pathOf, type View } from '../route/routes';
import type { Words } from '../words/en';

/** Something that a person may ask the page for by its name, or by a key. */
export interface Command {
  readonly id: string;
  readonly label: string;
  /** As it is written on the key; a single key acts where nobody types. */
  readonly keys?: string;
  run(): void;
}

/** The field that `/` leads to. */
export const SEARCH_FIELD = 'hub-search';

const VIEWS: readonly View[] = [...modelViews, 'device', 'settings', 'open'];
/** Views by digits. */
const DIGITS: readonly View[] = [...modelViews, 'device'];

function focusSearch(): void {
  navigate(pathOf('open'));
  // The view is there after the next frame.
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(SEARCH_FIELD)?.focus()));
}

/** Light where it is dark now, and dark where it is light, whatever the system says. */
function turnTheme(): void {
  const { theme } = settingsStore.getState();
  const isDark =
    theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  changeSettings({ theme: isDark ? 'light' : 'dark' });
}

/** All that can be asked for now. */
export function commandsNow(words: Words): readonly Command[] {
  const { model, job, plan, runType } = studioStore.getState();
  const id = model?.fingerprint;
  const views = VIEWS.filter((view) => !isModelView(view) || id !== undefined).map((view): Command => {
    const digit = DIGITS.indexOf(view) + 1;
    return {
      id: `go ${view}`,
      label: words.commands.goTo(words.views[view]),
      ...(digit > 0 ? { keys: String(digit) } : {}),
      run: () => navigate(pathOf(view, id)),
    };
  });
  const levels = plan.filter((row) => row.refusal === null).map((row) => row.type);
  return [
    ...(job ? [{ id: 'stop', label: words.commands.stop, keys: 'Ctrl .', run: stop }] : []),
    ...views,
    { id: 'search', label: words.commands.search, keys: '/', run: focusSearch },
    { id: 'try', label: words.commands.tryIt, run: () => navigate(pathOf('try')) },
    { id: 'theme', label: words.commands.theme, keys: 'T', run: turnTheme },
    ...(id === undefined
      ? []
      : levels.flatMap((type): Command[] => [
          {
            id: `download ${type}`,
            label: words.commands.download(type),
            ...(type === runType ? { keys: 'D' } : {}),
            run: () => navigate(exportPath(id, type)),
          },
          {
            id: `chat ${type}`,
            label: words.commands.chat(type),
            run: () => {
              setRunType(type);
              navigate(pathOf('chat', id));
            },
          },
        ])),
    ...(id !== undefined && !job
      ? [
          {
            id: 'close',
            label: words.commands.close,
            run: () => {
              navigate('/');
              void closeModel();
            },
          },
        ]
      : []),
  ];
}

/** Commands whose names hold every word of a filter, in their order. */
export function matching(all: readonly Command[], filter: string): readonly Command[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return all.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}

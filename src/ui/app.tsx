import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { useStudio } from './kit/use-studio';
import { OpenView } from './open/open-view';
import { conversationOf, type ModelView as ViewOfModel, isModelView, type View } from './route/routes';
import { useAddress } from './route/use-address';
import { Needed, Nowhere } from './shell/needed';
import { Notices } from './shell/notices';
import { Palette } from './shell/palette';
import { Rail } from './shell/rail';
import { TopBar } from './shell/top-bar';
import { useKeys } from './shell/use-keys';
import { Help } from './shell/help';
import { useLanguage } from './shell/use-language';
import { useDrop } from './shell/use-drop';
import { useLeaving } from './shell/use-leaving';
import { useOpened } from './shell/use-opened';
import { useTheme } from './shell/use-theme';
import { useWords } from './words/use-words';

// A view's code comes with the view.
const ModelView = lazy(() => import('./model/model-view').then((m) => ({ default: m.ModelView })));
const LevelsView = lazy(() => import('./levels/levels-view').then((m) => ({ default: m.LevelsView })));
const ChatView = lazy(() => import('./run/chat-view').then((m) => ({ default: m.ChatView })));
const CompareView = lazy(() => import('./compare/compare-view').then((m) => ({ default: m.CompareView })));
const InspectView = lazy(() => import('./inspect/inspect-view').then((m) => ({ default: m.InspectView })));
const DeviceView = lazy(() => import('./device/device-view').then((m) => ({ default: m.DeviceView })));
const TryView = lazy(() => import('./open/try-view').then((m) => ({ default: m.TryView })));
const SettingsView = lazy(() =>
  import('./settings/settings-view').then((m) => ({ default: m.SettingsView })),
);

const ofModel: Record<ViewOfModel, React.ComponentType> = {
  model: ModelView,
  levels: LevelsView,
  chat: ChatView,
  compare: CompareView,
  inspect: InspectView,
};
const ofPage: Record<Exclude<View, ViewOfModel>, React.ComponentType> = {
  open: OpenView,
  try: TryView,
  device: DeviceView,
  settings: SettingsView,
};

function CurrentView() {
  const { view, modelId } = useAddress();
  const [path] = useHashLocation();
  const hasConversation = conversationOf(path) !== null;
  const open = useStudio((s) => s.model?.fingerprint ?? null);
  if (view === null) return <Nowhere />;
  if (!isModelView(view)) {
    const Shown = ofPage[view];
    return <Shown />;
  }
  if (modelId === null) return <Nowhere />;
  // A conversation is read without its model, too.
  if (modelId !== open && !(view === 'chat' && hasConversation))
    return <Needed key={modelId} modelId={modelId} />;
  const Shown = ofModel[view];
  return <Shown />;
}

function Main() {
  const { view } = useAddress();
  const main = useRef<HTMLElement>(null);
  const before = useRef(view);
  // After a change of view the keyboard goes on from there.
  useEffect(() => {
    if (before.current !== view) main.current?.focus();
    before.current = view;
  }, [view]);
  return (
    <main id="main" tabIndex={-1} ref={main}>
      <Suspense>
        <CurrentView />
      </Suspense>
    </main>
  );
}

function Frame() {
  const over = useDrop();
  const hasJob = useStudio((s) => s.job !== null);
  const words = useWords().shell;
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const openPalette = useCallback(() => setPaletteOpen(true), []);
  useKeys(openPalette);
  useOpened();
  useTheme();
  useLeaving();
  return (
    <div className={`${hasJob ? 'has-job' : ''} ${over ? 'has-files' : ''}`}>
      <button type="button" className="skip" onClick={() => document.getElementById('main')?.focus()}>
        {words.skip}
      </button>
      <div className="app">
        <Rail />
        <TopBar openPalette={openPalette} />
        <Notices />
        <Main />
      </div>
      <Help />
      <Palette isOpen={isPaletteOpen} setOpen={setPaletteOpen} />
    </div>
  );
}

/** The page: one view at a time, by the address behind the `#`. In another language it is drawn anew, figures too. */
export function App() {
  const language = useLanguage();
  return (
    <Router hook={useHashLocation}>
      <Frame key={language} />
    </Router>
  );
}

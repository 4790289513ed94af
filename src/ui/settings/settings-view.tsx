import { useId } from 'react';
import { changeSettings, type Settings } from '../../store/settings';
import { useSettings } from '../kit/use-settings';
import { useStudio } from '../kit/use-studio';
import { GpuMemory } from '../kit/gpu-memory';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { Storage } from './storage';

/** The language of the page, each by its own name. */
function LanguageChoice() {
  const words = useWords().settings;
  const language = useSettings((s) => s.language);
  const id = useId();
  const names = Object.entries(words.languages) as [Settings['language'], string][];
  return (
    <span className="inl">
      <label htmlFor={id}>{words.language}</label>
      <select
        id={id}
        className="field"
        value={language}
        onChange={(e) => changeSettings({ language: names[e.currentTarget.selectedIndex]![0] })}
      >
        {names.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}

/** Choices that hold for every model. */
export function SettingsView() {
  const words = useWords();
  const singleKeys = useSettings((s) => s.singleKeys);
  const kept = useStudio((s) => s.site.kept);
  return (
    <ViewFrame id="settings" title={words.views.settings}>
      <p>
        {words.settings.leaves} {kept && words.settings.offline}
      </p>
      <p>
        <GpuMemory />
      </p>
      <p>
        <LanguageChoice />
      </p>
      <label className="check">
        <input
          type="checkbox"
          checked={singleKeys}
          onChange={(e) => changeSettings({ singleKeys: e.currentTarget.checked })}
        />
        {words.commands.singleKeys}
      </label>
      <p className="cap">{words.commands.singleKeysWhy}</p>
      <Storage />
      <p className="cap">
        <span data-testid="version">{words.settings.version(import.meta.env.VITE_VERSION)}</span>{' '}
        {import.meta.env.PROD && (
          <a href={`${import.meta.env.BASE_URL}third-party-notices.txt`} target="_blank" rel="noreferrer">
            {words.settings.notices}
          </a>
        )}
      </p>
    </ViewFrame>
  );
}

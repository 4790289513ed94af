import { useState } from 'react';
import { useStore } from 'zustand';
import { changeManner, changeSampling } from '../../store/chat/converse';
import {
  type BuiltInPreset,
  builtInPresets,
  deletePreset,
  presetOf,
  presetStore,
  savePreset,
} from '../../store/chat/presets';
import { visible } from '../../util/foreign-text';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

const OWN = 'own ';

/** Settings by their name: the page's, and the person's own. */
export function Presets() {
  const sampling = useStudio((s) => s.sampling);
  const system = useStudio((s) => s.talk.system);
  const stop = useStudio((s) => s.talk.stop);
  const own = useStore(presetStore, (s) => s.own);
  const [name, setName] = useState<string | null>(null);
  const words = useWords().chat;
  const same = own.find(
    (p) => JSON.stringify([p.system, p.stop, p.sampling]) === JSON.stringify([system, stop, sampling]),
  );
  const now = same ? `${OWN}${same.name}` : (presetOf(sampling) ?? '');
  const choose = (value: string) => {
    const saved = value.startsWith(OWN) ? own.find((p) => p.name === value.slice(OWN.length)) : undefined;
    if (saved) void changeManner(saved);
    else if (value in builtInPresets) void changeSampling(builtInPresets[value as BuiltInPreset]);
  };
  const save = () => {
    if (name === null || name.trim() === '') return;
    savePreset({ name: name.trim(), system, stop, sampling });
    setName(null);
  };
  return (
    <div className="presets">
      <label className="labelled">
        <span>{words.preset}</span>
        <select className="field" value={now} onChange={(e) => choose(e.currentTarget.value)}>
          {now === '' && <option value="">{words.ownSettings}</option>}
          {(Object.keys(builtInPresets) as BuiltInPreset[]).map((id) => (
            <option key={id} value={id}>
              {words.presets[id]}
            </option>
          ))}
          {own.map((p) => (
            <option key={p.name} value={`${OWN}${p.name}`}>
              {visible(p.name)}
            </option>
          ))}
        </select>
      </label>
      {name === null ? (
        <span className="acts">
          <button className="link" type="button" onClick={() => setName('')}>
            {words.savePreset}
          </button>
          {same && (
            <button className="link" type="button" onClick={() => deletePreset(same.name)}>
              {words.deletePreset(visible(same.name))}
            </button>
          )}
        </span>
      ) : (
        <form
          className="line"
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <input
            className="field"
            aria-label={words.presetName}
            placeholder={words.presetName}
            value={name}
            // biome-ignore lint/a11y/noAutofocus: it was asked for by the button in its place
            autoFocus
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <button className="btn" type="submit" disabled={name.trim() === ''}>
            {words.saveIt}
          </button>
          <button
            className="btn quiet icon"
            type="button"
            aria-label={words.cancel}
            onClick={() => setName(null)}
          >
            <Icon name="x" />
          </button>
        </form>
      )}
    </div>
  );
}

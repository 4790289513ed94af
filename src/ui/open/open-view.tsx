import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { goOnAwaited } from '../../store/model/go-on';
import { openHandles } from '../../store/model/library';
import { loadLibrary } from '../../store/model/library-storage';
import { openFiles } from '../../store/model/open';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { pathOf } from '../route/routes';
import { useWords } from '../words/use-words';
import { HubSearch } from './hub-search';
import { Library } from './library';
import { PreTokenizerChoice } from './pre-tokenizer-choice';
import { fromInput, labelOf, pickHandles } from './read-drop';
import { Unfinished } from './unfinished';

/** Buttons for those who do not drop; inputs stand in where the browser has no picker. */
function Choose() {
  const busy = useStudio((s) => s.job !== null);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const words = useWords().open;
  // Pickers return handles, which the library can reopen; the input is the fallback of other browsers.
  const choose = async (what: 'files' | 'folder') => {
    const handles = await pickHandles(what);
    if (handles === undefined) (what === 'files' ? files : folder).current?.click();
    else if (handles.length > 0) await openHandles(handles).then(goOnAwaited);
  };
  const pick = (input: HTMLInputElement) => {
    const picked = fromInput(input.files);
    input.value = '';
    if (picked.length > 0) void openFiles(picked, labelOf(picked)).then(goOnAwaited);
  };
  return (
    <div className="acts">
      <button className="btn large" type="button" disabled={busy} onClick={() => void choose('files')}>
        {words.chooseFiles}
      </button>
      <button className="btn large" type="button" disabled={busy} onClick={() => void choose('folder')}>
        {words.chooseFolder}
      </button>
      <input
        ref={files}
        data-testid="file-input"
        aria-label={words.files}
        type="file"
        multiple
        hidden
        onChange={(e) => pick(e.currentTarget)}
      />
      <input
        ref={(node) => {
          folder.current = node;
          node?.setAttribute('webkitdirectory', '');
        }}
        aria-label={words.folder}
        type="file"
        hidden
        onChange={(e) => pick(e.currentTarget)}
      />
    </div>
  );
}

/** The first screen: bring a model. */
export function OpenView() {
  const words = useWords().open;
  useEffect(() => void loadLibrary(), []);
  return (
    <section className="view open" id="open" aria-labelledby="open-title">
      <div className="body stage">
        <header className="hero">
          <h1 id="open-title">
            {words.hero[0]} <br />
            {words.hero[1]}
          </h1>
        </header>
        <PreTokenizerChoice />
        <Unfinished />
        <div className="drop">
          <div className="take">
            <Icon name="drop" />
            <div>
              <p className="big">{words.drop}</p>
              <p className="cap">{words.formats}</p>
            </div>
            <Choose />
          </div>
          <HubSearch />
        </div>
        <div className="starts">
          <Link className="tryit" href={pathOf('try')}>
            <Icon name="bolt" />
            <span>
              <b>{words.tryIt}</b>
              <small>{words.tryWhat}</small>
            </span>
            <Icon name="right" />
          </Link>
          <Library />
        </div>
        <p className="private">
          <Icon name="lock" />
          {words.private} <Link href={pathOf('settings')}>{words.check}</Link>
        </p>
      </div>
    </section>
  );
}

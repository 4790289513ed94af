import { useRef } from 'react';
import { openBuiltIn, openFiles } from '../../store/model/open';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { useStudio } from '../kit/use-studio';
import { openHandles } from '../../store/model/library';
import { HubForm } from './hub-form';
import { Library } from './library';
import { PreTokenizerChoice } from './pre-tokenizer-choice';
import { fromInput, labelOf, pickHandles } from './read-drop';
import { Unfinished } from './unfinished';
import { goOnAwaited } from '../../store/model/go-on';

/** The first screen: bring a model. */
export function OpenView() {
  const busy = useStudio((s) => s.job !== null);
  const words = useWords();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
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
    <ViewFrame id="open" title={words.views.open} className="legacy">
      <div className="drop">
        <p>
          Drop a <b>GGUF</b> file or a <b>Hugging Face folder</b> (config.json, safetensors, tokenizer)
          anywhere on this page, one file or many. Only its header is read at first; nothing leaves this
          machine.
        </p>
        <div className="actions">
          <button type="button" className="primary" disabled={busy} onClick={() => void openBuiltIn()}>
            Try the built-in model
          </button>
          <button type="button" disabled={busy} onClick={() => void choose('files')}>
            Choose files
          </button>
          <button type="button" disabled={busy} onClick={() => void choose('folder')}>
            Choose a folder
          </button>
        </div>
        <input
          ref={files}
          data-testid="file-input"
          aria-label="Model files"
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
          aria-label="Model folder"
          type="file"
          hidden
          onChange={(e) => pick(e.currentTarget)}
        />
      </div>
      <HubForm />
      <PreTokenizerChoice />
      <Unfinished />
      <Library />
    </ViewFrame>
  );
}

import { type FormEvent, useState } from 'react';
import { goOnAwaited } from '../../store/model/go-on';
import { askedModel, isAddress, lookAt, searchModels } from '../../store/model/hub-search';
import { openAddress } from '../../store/model/open';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { useAnswer } from '../kit/use-answer';
import { useStudio } from '../kit/use-studio';
import { SEARCH_FIELD } from '../shell/commands';
import { useWords } from '../words/use-words';
import { FoundList } from './found-list';
import { Gated, Offers } from './offers';

/** A hub asks for patience: typing pauses for so long before it is asked. */
const PAUSE_MS = 350;
/** Shorter words find everything. */
const MIN_LETTERS = 2;

/** Searches the hub by words, or looks at one repository by its address; opens a model of it, a gated one with a token. */
export function HubSearch() {
  const busy = useStudio((s) => s.job !== null);
  const [text, setText] = useState(() => askedModel(location.search) ?? '');
  const [token, setToken] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const words = useWords().open.hub;
  const typed = text.trim();
  const address = isAddress(typed) ? typed : null;
  const found = useAnswer(
    address === null && typed.length >= MIN_LETTERS ? typed : null,
    () => searchModels(typed),
    PAUSE_MS,
  );
  const looked = address ?? chosen;
  const repository = useAnswer(
    looked === null ? null : `${looked} ${token}`,
    () => lookAt(looked!, token.trim()),
    // A click is asked for at once; what is being typed, an address or a token, when it pauses.
    address === null && token === '' ? 0 : PAUSE_MS,
  );
  const open = (what: string) => void openAddress(what, token.trim()).then(goOnAwaited);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (looked !== null) open(looked);
  };
  const change = (value: string) => {
    setText(value);
    setChosen(null);
  };
  const known = found.value?.find((r) => r.repository === chosen);
  const problem = found.problem ?? (looked === null ? null : repository.problem);
  const mayNeedToken = address !== null || problem !== null || known?.isGated || token !== '';
  return (
    <>
      <form className="hub" onSubmit={submit}>
        <Icon name="search" />
        <input
          className="field"
          id={SEARCH_FIELD}
          type="search"
          aria-label={words.address}
          value={text}
          onChange={(e) => change(e.currentTarget.value)}
          placeholder={words.example}
          spellCheck={false}
          autoCapitalize="off"
        />
        {looked === null ? (
          <span className="cap wide">{words.help}</span>
        ) : (
          <>
            {mayNeedToken && (
              <input
                className="field token"
                aria-label={words.token}
                title={words.tokenHelp}
                type="password"
                autoComplete="off"
                value={token}
                onChange={(e) => setToken(e.currentTarget.value)}
                placeholder={words.tokenExample}
              />
            )}
            <button className="btn main large" type="submit" disabled={busy}>
              {words.open}
            </button>
          </>
        )}
      </form>
      {typed.length >= MIN_LETTERS && (
        <div className={address === null ? 'results' : 'results one'} data-testid="hub-results">
          {address === null && (
            <FoundList
              found={found.key === typed ? found.value : null}
              chosen={chosen}
              isFailed={found.problem !== null}
              choose={setChosen}
            />
          )}
          <section className="offers" aria-label={words.files}>
            {known?.isGated && <Gated page={`https://huggingface.co/${known.repository}`} />}
            {problem !== null && (
              <p className="is bad" role="alert">
                <Foreign text={problem} />{' '}
                <button
                  className="link"
                  type="button"
                  onClick={found.problem === null ? repository.again : found.again}
                >
                  {words.again}
                </button>
              </p>
            )}
            {problem === null && looked === null && <p className="cap">{words.choose}</p>}
            {problem === null && looked !== null && (
              <Offers
                repository={repository.key?.startsWith(`${looked} `) ? repository.value : null}
                open={open}
              />
            )}
          </section>
        </div>
      )}
    </>
  );
}

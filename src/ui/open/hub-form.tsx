import { type FormEvent, useState } from 'react';
import { goOnAwaited } from '../../store/model/go-on';
import { openAddress } from '../../store/model/open';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** Opens a model by its hub address; a gated one with a token. */
export function HubForm() {
  const busy = useStudio((s) => s.job !== null);
  const [address, setAddress] = useState('');
  const [token, setToken] = useState('');
  const words = useWords().open.hub;
  const isEmpty = address.trim() === '';
  const open = (event: FormEvent) => {
    event.preventDefault();
    if (!isEmpty) void openAddress(address, token.trim()).then(goOnAwaited);
  };
  return (
    <form className="hub" onSubmit={open}>
      <Icon name="search" />
      <input
        className="field"
        aria-label={words.address}
        value={address}
        onChange={(e) => setAddress(e.currentTarget.value)}
        placeholder={words.example}
        spellCheck={false}
        autoCapitalize="off"
      />
      {isEmpty ? (
        <span className="cap wide">{words.help}</span>
      ) : (
        <>
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
          <button className="btn main large" type="submit" disabled={busy}>
            {words.open}
          </button>
        </>
      )}
    </form>
  );
}

import { type FormEvent, useState } from 'react';
import { goOnAwaited } from '../../store/model/go-on';
import { openAddress } from '../../store/model/open';
import { useStudio } from '../kit/use-studio';

/** Opens a model by its hub address. */
export function HubForm() {
  const busy = useStudio((s) => s.job !== null);
  const [address, setAddress] = useState('');
  const [token, setToken] = useState('');
  const open = (event: FormEvent) => {
    event.preventDefault();
    if (address.trim() !== '') void openAddress(address, token.trim()).then(goOnAwaited);
  };
  return (
    <details className="hub">
      <summary>Or open one from Hugging Face</summary>
      <form onSubmit={open} className="ask">
        <input
          aria-label="Repository or address on Hugging Face"
          value={address}
          onChange={(e) => setAddress(e.currentTarget.value)}
          placeholder="microsoft/Phi-4-mini-instruct"
          spellCheck={false}
          autoCapitalize="off"
        />
        <input
          aria-label="Access token, for gated models"
          type="password"
          autoComplete="off"
          value={token}
          onChange={(e) => setToken(e.currentTarget.value)}
          placeholder="token, for gated models"
        />
        <button type="submit" disabled={busy || address.trim() === ''}>
          Open
        </button>
      </form>
      <p className="note">
        A checkpoint, or a GGUF as <code>organization/name:Q4_K_M</code> or with the file's name behind it.
        The browser asks huggingface.co for it, in parts as they are needed; the token stays in memory.
      </p>
    </details>
  );
}

import { answerConsent, setDirect } from '../../store/work/exports';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { megaOrGiga } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** A choice for browsers with a save dialog. */
export function Direct() {
  const direct = useStudio((s) => s.direct);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().export;
  if (!('showSaveFilePicker' in window)) return null;
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={direct}
        disabled={busy}
        onChange={(e) => setDirect(e.currentTarget.checked)}
      />
      <span>
        {words.direct} <span className="cap">{words.directCost}</span>
      </span>
    </label>
  );
}

/** The question when there is no room for two copies. */
export function Consent() {
  const consent = useStudio((s) => s.consent);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().export;
  if (!consent) return null;
  return (
    <div className="note warn" role="alert">
      <Icon name="warn" />
      <p>
        <b>
          <Foreign text={words.noRoom(consent.names.join(', '))} />
        </b>{' '}
        <span>{words.noRoomWhy(megaOrGiga(consent.wantedBytes), megaOrGiga(consent.roomBytes))}</span>
      </p>
      <div className="acts">
        <button className="btn" type="button" disabled={busy} onClick={() => void answerConsent(true)}>
          {words.writeDirectly}
        </button>
        <button className="btn" type="button" onClick={() => void answerConsent(false)}>
          {words.doNot}
        </button>
      </div>
    </div>
  );
}

import { useEffect, useState } from 'react';
import { setTalk } from '../../store/chat/chats';
import { samplingBounds } from '../../store/chat/check';
import { changeManner, changeSampling } from '../../store/chat/converse';
import type { Sampling } from '../../store/chat/conversation';
import { Foreign, ForeignText } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { Presets } from './presets';

const steps: Readonly<Record<keyof Sampling, number>> = {
  temperature: 0.05,
  topP: 0.01,
  minP: 0.01,
  topK: 1,
  seed: 1,
  maxTokens: 1,
  repeatPenalty: 0.01,
  repeatLastN: 1,
  presencePenalty: 0.05,
  frequencyPenalty: 0.05,
};
/** Shown where nothing is set: the engine's own. */
const off: Partial<Record<keyof Sampling, number>> = {
  repeatPenalty: 1,
  repeatLastN: 64,
  presencePenalty: 0,
  frequencyPenalty: 0,
};

/** A number of the sampling. What is typed counts as soon as it is one that may be. */
function NumberField({ name }: { readonly name: keyof Sampling }) {
  const value = useStudio((s) => s.sampling[name] ?? off[name] ?? 0);
  const [typed, setTyped] = useState<string | null>(null);
  const { min, max, isWhole } = samplingBounds[name];
  const { label, help } = useWords().chat.fields[name];
  return (
    <label className="labelled" title={help}>
      <span>{label}</span>
      <input
        className="field"
        type="number"
        min={min}
        max={max}
        step={steps[name]}
        value={typed ?? value}
        onChange={(e) => {
          setTyped(e.currentTarget.value);
          const number = e.currentTarget.valueAsNumber;
          if (!Number.isFinite(number)) return;
          const bounded = Math.min(max, Math.max(min, isWhole ? Math.round(number) : number));
          void changeSampling({ [name]: bounded });
        }}
        onBlur={() => setTyped(null)}
      />
    </label>
  );
}

/** A text that is taken over when the person has stopped typing. */
function useTyped(stored: string, keep: (text: string) => void) {
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    if (typed === null) return;
    const timer = setTimeout(() => keep(typed), 300);
    return () => clearTimeout(timer);
  }, [typed, keep]);
  return {
    value: typed ?? stored,
    onChange: (e: React.ChangeEvent<HTMLTextAreaElement>) => setTyped(e.currentTarget.value),
    onBlur: () => {
      if (typed !== null) keep(typed);
      setTyped(null);
    },
  };
}

const keepSystem = (system: string) => void changeManner({ system });

function System() {
  const system = useStudio((s) => s.talk.system);
  const typed = useTyped(system, keepSystem);
  const words = useWords().chat;
  return (
    <label className="labelled">
      <span>{words.system}</span>
      <textarea className="field" rows={4} {...typed} />
    </label>
  );
}

const keepStops = (lines: string) =>
  void changeManner({
    stop: lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(/\\([nt\\])/g, (_, c) => ({ n: '\n', t: '\t' })[String(c)] ?? '\\')),
  });
const asLine = (stop: string): string =>
  stop.replace(/[\\\n\t]/g, (c) => ({ '\n': '\\n', '\t': '\\t' })[c] ?? '\\\\');

function Stops() {
  const lines = useStudio((s) => s.talk.stop.map(asLine).join('\n'));
  const typed = useTyped(lines, keepStops);
  const words = useWords().chat;
  return (
    <label className="labelled" title={words.stopsHelp}>
      <span>{words.stops}</span>
      <textarea
        className="field mono"
        aria-label={words.stops}
        rows={2}
        placeholder={words.stopsHelp}
        {...typed}
      />
    </label>
  );
}

/** The prompt of the last answer, as the model's template made it. */
function Given() {
  const rendered = useStudio((s) => s.rendered);
  const words = useWords().chat;
  if (!rendered) return <p className="cap">{words.givenNone}</p>;
  return (
    <details className="given-prompt">
      <summary>{words.given(rendered.ids.length)}</summary>
      <pre className="rendered">
        <ForeignText text={rendered.text} />
      </pre>
      <p className="cap">
        {words.endsAt} <Foreign text={rendered.stops.join(' ') || words.endsAtLimit} />
      </p>
    </details>
  );
}

const first = ['temperature', 'topP', 'minP', 'topK', 'seed', 'maxTokens'] as const;
const penalties = ['repeatPenalty', 'repeatLastN', 'presencePenalty', 'frequencyPenalty'] as const;

/** Everything but the level that an answer depends on. */
export function How({ onClose }: { readonly onClose: () => void }) {
  const mode = useStudio((s) => s.mode);
  const ranks = useStudio((s) => s.talk.ranks);
  const words = useWords().chat;
  return (
    <section className="side" aria-labelledby="how-title">
      <div className="head">
        <h2 id="how-title">{words.how}</h2>
        <span className="push" />
        <button className="btn quiet icon" type="button" aria-label={words.closeHow} onClick={onClose}>
          <Icon name="x" />
        </button>
      </div>
      <div className="scroll">
        {mode === 'chat' && <System />}
        <Presets />
        <div className="grid2">
          {first.map((name) => (
            <NumberField key={name} name={name} />
          ))}
        </div>
        <div className="grid2">
          {penalties.map((name) => (
            <NumberField key={name} name={name} />
          ))}
        </div>
        <Stops />
        {mode === 'chat' && (
          <label className="line">
            <input
              type="checkbox"
              checked={ranks}
              onChange={(e) => setTalk({ ranks: e.currentTarget.checked })}
            />
            <span>{words.ranks}</span>
          </label>
        )}
        <Given />
      </div>
    </section>
  );
}

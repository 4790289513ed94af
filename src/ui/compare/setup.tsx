import { Popover } from 'radix-ui';
import { type ReactNode, useId, useRef } from 'react';
import { Link } from 'wouter';
import { stop } from '../../store/work/job';
import { baseOf, HELD_OUT, takeText } from '../../store/work/own-text';
import { setLab, startSweep } from '../../store/work/sweep';
import { measureTime } from '../../store/work/times';
import type { Laboratory } from '../../store/state';
import { visible } from '../../util/foreign-text';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { pathOf } from '../route/routes';
import { useAddress } from '../route/use-address';
import { useWords } from '../words/use-words';

const BASES = ['F32', 'BF16', 'F16', 'Q8_0'];
const BUDGETS = [5, 15, 60, 300];
const CONTEXTS = [128, 256, 512, 1024, 2048];

interface PickProps<T extends string | number> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly disabled: boolean;
  readonly help?: string | undefined;
  readonly onPick: (value: T) => void;
}

function Pick<T extends string | number>({ label, value, options, disabled, help, onPick }: PickProps<T>) {
  const id = useId();
  return (
    <span className="inl" title={help}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="field"
        value={value}
        disabled={disabled}
        onChange={(e) => onPick(options[e.currentTarget.selectedIndex]![0])}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {visible(text)}
          </option>
        ))}
      </select>
    </span>
  );
}

const FIGURES = {
  all: { quality: true, speed: true, byContext: true },
  loss: { quality: true, speed: false, byContext: false },
  both: { quality: true, speed: true, byContext: false },
  speed: { quality: false, speed: true, byContext: true },
} as const satisfies Record<string, Partial<Laboratory>>;
type Figures = keyof typeof FIGURES;
const figuresOf = ({ quality, speed, byContext }: Laboratory): Figures =>
  quality ? (speed ? (byContext ? 'all' : 'both') : 'loss') : 'speed';

/** The meaning of each of the words, on a tap. */
function Help() {
  const words = useWords().compare;
  return (
    <Popover.Root>
      <Popover.Trigger className="btn quiet icon" aria-label={words.help}>
        <Icon name="info" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="pop-panel" sideOffset={4} align="start" collisionPadding={8}>
          <dl className="terms">
            {words.terms.map(([term, meaning]) => (
              <div key={term}>
                <dt>{term}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Begins a measurement: how many levels, and about how long it takes. */
function Measure() {
  const words = useWords().compare;
  const count = useStudio((s) => s.selected.filter((t) => s.plan.some((p) => p.type === t)).length);
  const ms = useStudio((s) => (s.plan.length > 0 ? measureTime(s).ms : null));
  const unknown = useStudio((s) => measureTime(s).unknown.join(' '));
  const unknownLevels = useStudio((s) => measureTime(s).unknownLevels.join(' '));
  const budgetSeconds = useStudio((s) => s.lab.budgetSeconds);
  const busy = useStudio((s) => s.job !== null);
  const measuring = useStudio((s) => s.job?.kind === 'benchmark');
  const blocked = useStudio((s) => !s.model || s.model.blocked !== null || s.noGpu !== null);
  const nothing = useStudio((s) => !s.lab.speed && !(s.lab.quality && s.model?.hasTokenizer));
  if (measuring)
    return (
      <button type="button" className="btn" onClick={stop}>
        {words.pause}
      </button>
    );
  const isKnown = ms !== null || unknown === '';
  const parts = unknown.split(' ') as Parameters<typeof words.unknownParts>[0];
  const why = isKnown ? undefined : words.unknownParts(parts, unknownLevels.split(' '));
  return (
    <>
      <button
        type="button"
        className="btn main"
        disabled={busy || blocked || nothing || count === 0}
        title={why}
        aria-describedby={isKnown ? undefined : 'measure-time'}
        onClick={() => void startSweep()}
      >
        {words.measure(count, ms)}
      </button>
      {!isKnown && !blocked && count > 0 && (
        <p className="cap time" id="measure-time" title={why}>
          {words.unknownTime(words.seconds(budgetSeconds))}
        </p>
      )}
    </>
  );
}

/** Settings of the measurements, and the button that begins one. */
export function Setup() {
  const words = useWords().compare;
  const { modelId } = useAddress();
  const lab = useStudio((s) => s.lab);
  const own = useStudio((s) => s.ownText);
  const base = useStudio((s) => s.lab.base ?? baseOf(s));
  const hasTokenizer = useStudio((s) => s.model?.hasTokenizer !== false);
  const count = useStudio((s) => s.selected.filter((t) => s.plan.some((p) => p.type === t)).length);
  const busy = useStudio((s) => s.job !== null);
  const file = useRef<HTMLInputElement>(null);
  const off = busy || !lab.quality || !hasTokenizer;
  const meaning = new Map<string, string>(words.terms.map(([term, text]) => [term, text]));
  const figures = (Object.keys(FIGURES) as Figures[]).filter((f) => hasTokenizer || f === 'speed');
  const texts: (readonly [typeof lab.text, string])[] = [['held-out', HELD_OUT]];
  if (own) texts.push(['own', own.label]);
  const names = (values: readonly string[]) => values.map((v) => [v, v] as const);
  const all: ReactNode = (
    <>
      <Pick
        label={words.baseline}
        help={meaning.get(words.baseline)}
        options={names(BASES.includes(base) ? BASES : [base, ...BASES])}
        value={base}
        disabled={off}
        onPick={(base) => setLab({ base })}
      />
      <span className="cell">
        <Pick
          label={words.text}
          help={meaning.get(words.text)}
          options={texts}
          value={lab.text}
          disabled={off}
          onPick={(text) => setLab({ text })}
        />
        <button
          className="btn quiet icon"
          type="button"
          aria-label={words.ownText}
          title={words.ownText}
          disabled={off}
          onClick={() => file.current?.click()}
        >
          <Icon name="plus" />
        </button>
      </span>
      <Pick
        label={words.context}
        help={meaning.get(words.context)}
        options={CONTEXTS.map((n) => [n, String(n)] as const)}
        value={lab.context}
        disabled={off}
        onPick={(context) => setLab({ context })}
      />
      <Pick
        label={words.budget}
        help={meaning.get(words.budget)}
        options={BUDGETS.map((n) => [n, words.budgetOf(n)] as const)}
        value={lab.budgetSeconds}
        disabled={off}
        onPick={(budgetSeconds) => setLab({ budgetSeconds })}
      />
      <span className="cell">
        <Pick
          label={words.figures}
          help={meaning.get(words.figuresOf.speed)}
          options={figures.map((f) => [f, words.figuresOf[f]] as const)}
          value={hasTokenizer ? figuresOf(lab) : 'speed'}
          disabled={busy}
          onPick={(f) => setLab(FIGURES[f])}
        />
        <Help />
      </span>
    </>
  );
  return (
    <fieldset className="setup">
      <legend className="visually">{words.setup}</legend>
      {all}
      <input
        ref={file}
        type="file"
        hidden
        accept=".txt,.md,text/plain"
        onChange={(e) => {
          const [chosen] = e.currentTarget.files ?? [];
          if (chosen) void takeText(chosen.name, chosen);
        }}
      />
      <Link className="btn quiet wide" href={pathOf('levels', modelId ?? '')} title={words.chooseLevels}>
        {words.chosen(count)}
      </Link>
      <span className="push" />
      <Measure />
    </fieldset>
  );
}

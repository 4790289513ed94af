import { Tabs } from 'radix-ui';
import { setRunType } from '../../store/work/actions';
import { visible } from '../../util/foreign-text';
import { familyOf, Dot } from '../kit/family';
import { Foreign } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** Levels on the GPU that are one click away. */
const MOST_QUICK = 3;

/** The level that answers. Changing it keeps the conversation. */
export function LevelSwitch() {
  const plan = useStudio((s) => s.plan);
  const runType = useStudio((s) => s.runType);
  const busy = useStudio((s) => s.job !== null);
  const resident = useStudio((s) => s.memory?.levels);
  const words = useWords().chat;
  const allowed = plan.filter((p) => p.refusal === null).map((p) => p.type);
  const there = allowed.filter((type) => resident?.includes(type));
  const quick = there.length > 1 ? there.slice(0, MOST_QUICK) : [];
  return (
    <>
      {quick.length > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset has a legend that is drawn
        <div className="seg levels-seg" role="group" aria-label={words.levelSwitch}>
          {quick.map((type) => (
            <button
              key={type}
              type="button"
              disabled={busy}
              aria-pressed={type === runType}
              onClick={() => setRunType(type)}
            >
              <Dot family={familyOf(type)} />
              <Foreign text={type} />
            </button>
          ))}
        </div>
      )}
      <select
        className="field level"
        aria-label={words.level}
        value={runType}
        disabled={busy}
        onChange={(e) => setRunType(e.currentTarget.value)}
      >
        {allowed.map((type) => (
          <option key={type} value={type}>
            {type === runType || there.includes(type) ? visible(type) : words.firstQuantized(visible(type))}
          </option>
        ))}
      </select>
    </>
  );
}

/** Chat, and a text that is continued. */
export function Modes() {
  const hasTemplate = useStudio((s) => s.model?.hasChatTemplate ?? false);
  const words = useWords().chat;
  return (
    <Tabs.List className="seg modes" aria-label={words.modes}>
      <Tabs.Trigger value="chat" disabled={!hasTemplate}>
        {words.chat}
      </Tabs.Trigger>
      <Tabs.Trigger value="completion">{words.completion}</Tabs.Trigger>
    </Tabs.List>
  );
}

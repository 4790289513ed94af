import { Tabs } from 'radix-ui';
import { setMode, setRunType } from '../../store/work/actions';
import { Choice } from '../kit/choice';
import { Foreign, ForeignText } from '../kit/foreign';
import { Fact } from '../kit/fact';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { useStudio } from '../kit/use-studio';
import { Chat } from './chat';
import { Completion } from './completion';
import { SamplingForm } from './sampling-form';
import { SideBySide } from './side-by-side';

function TimingFacts() {
  const timing = useStudio((s) => s.timing);
  if (!timing) return null;
  const speed = (n: number) => (n > 0 ? `${n.toFixed(1)} t/s` : 'n/a');
  return (
    <dl className="facts" data-testid="timing">
      <Fact
        label="First token"
        value={`${timing.timeToFirstTokenMs.toFixed(0)} ms`}
        help="From asking to the first token of the answer"
      />
      <Fact
        label="Prompt"
        value={speed(timing.promptTokensPerSecond)}
        help={`${timing.evaluated} prompt tokens evaluated; the others were in the cache`}
      />
      <Fact
        label="Generation"
        value={speed(timing.tokensPerSecond)}
        help="Tokens after the first, per second"
      />
      <Fact label="Tokens" value={timing.tokens} />
      <Fact label="Ended by" value={timing.stopped} />
    </dl>
  );
}

function Rendered() {
  const rendered = useStudio((s) => s.rendered);
  if (!rendered) return null;
  return (
    <details>
      <summary>What the model was given ({rendered.ids.length} tokens)</summary>
      <pre className="rendered">
        <ForeignText text={rendered.text} />
      </pre>
      <p className="note">
        Ends at: <Foreign text={rendered.stops.join(' ') || 'the token limit only'} />
      </p>
    </details>
  );
}

/** The model at work: chat, completion, levels side by side. */
export function ChatView() {
  const model = useStudio((s) => s.model);
  const plan = useStudio((s) => s.plan);
  const mode = useStudio((s) => s.mode);
  const runType = useStudio((s) => s.runType);
  const busy = useStudio((s) => s.job !== null);
  const resident = useStudio((s) => s.memory?.levels);
  const words = useWords();
  if (!model) return null;
  if (model.blocked)
    return (
      <ViewFrame id="chat" title={words.views.chat} className="legacy">
        <p className="note">
          <Foreign text={model.blocked} />
        </p>
      </ViewFrame>
    );
  const allowed = plan.filter((p) => p.refusal === null);
  return (
    <ViewFrame id="chat" title={words.views.chat} className="legacy">
      <div className="settings">
        <Choice
          label="Level"
          options={allowed.map(({ type }) => {
            const isThere = resident?.includes(type);
            return [type, isThere ? type : `${type} (will be quantized first)`] as const;
          })}
          value={runType}
          disabled={busy}
          onChoose={setRunType}
        />
      </div>
      <SamplingForm />
      <Tabs.Root value={mode} onValueChange={(value) => setMode(value as typeof mode)}>
        <Tabs.List className="tabs" aria-label="How to prompt">
          <Tabs.Trigger value="chat" disabled={!model.hasChatTemplate}>
            Chat
          </Tabs.Trigger>
          <Tabs.Trigger value="completion">Completion</Tabs.Trigger>
          <Tabs.Trigger value="side">Side by side</Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="chat">
          <Chat />
        </Tabs.Content>
        <Tabs.Content value="completion">
          <Completion />
        </Tabs.Content>
        <Tabs.Content value="side">
          <SideBySide />
        </Tabs.Content>
      </Tabs.Root>
      {!model.hasChatTemplate && <p className="note">This model has no chat template: it continues texts.</p>}
      <TimingFacts />
      <Rendered />
    </ViewFrame>
  );
}

import { Tabs } from 'radix-ui';
import { useState } from 'react';
import { promptOf } from '../../store/model/look';
import type { ChatMessage } from '../../text/conversation';
import { Foreign, ForeignText } from '../kit/foreign';
import { ScrollRegion } from '../kit/scroll-region';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { useAnswer } from '../kit/use-answer';

/** The prompt that the template makes of a short conversation. */
function Preview({ fingerprint }: { fingerprint: string }) {
  const words = useWords().model.template;
  const [system, setSystem] = useState(words.systemStart);
  const [message, setMessage] = useState(words.messageStart);
  const { value, problem } = useAnswer(JSON.stringify([fingerprint, system, message]), () => {
    const messages: ChatMessage[] = system.trim() === '' ? [] : [{ role: 'system', content: system }];
    return promptOf([...messages, { role: 'user', content: message }]);
  });
  return (
    <div className="stack">
      <div className="two">
        <label className="labelled">
          <span>{words.system}</span>
          <input className="field" value={system} onChange={(e) => setSystem(e.currentTarget.value)} />
        </label>
        <label className="labelled">
          <span>{words.message}</span>
          <input className="field" value={message} onChange={(e) => setMessage(e.currentTarget.value)} />
        </label>
      </div>
      {problem && (
        <p className="is bad" role="alert">
          <Foreign text={problem} />
        </p>
      )}
      {value && (
        <>
          <ScrollRegion label={words.shown}>
            <pre className="code" data-testid="prompt">
              <ForeignText text={value.text} />
            </pre>
          </ScrollRegion>
          <p className="sub">
            {words.tokens(value.ids.length)}. {words.ends}:{' '}
            <Foreign text={value.stops.join(' ') || words.limitOnly} />
          </p>
        </>
      )}
    </div>
  );
}

/** The chat template: what it makes of a conversation, and its source. */
export function Template() {
  const fingerprint = useStudio((s) => s.model?.fingerprint);
  const source = useStudio((s) => s.model?.chatTemplate ?? null);
  const hasTokenizer = useStudio((s) => s.model?.hasTokenizer ?? false);
  const words = useWords().model.template;
  if (fingerprint === undefined || source === null) return null;
  return (
    <Tabs.Root defaultValue={hasTokenizer ? 'prompt' : 'source'} asChild>
      <section className="panel" aria-labelledby="template-title">
        <div className="ph">
          <h2 id="template-title">{words.title}</h2>
          <span className="push" />
          <Tabs.List className="seg" aria-labelledby="template-title">
            <Tabs.Trigger value="prompt" disabled={!hasTokenizer}>
              {words.prompt}
            </Tabs.Trigger>
            <Tabs.Trigger value="source">{words.source}</Tabs.Trigger>
          </Tabs.List>
        </div>
        <div className="pb">
          <Tabs.Content value="prompt">
            <Preview fingerprint={fingerprint} />
          </Tabs.Content>
          <Tabs.Content value="source">
            <ScrollRegion label={words.sourceShown}>
              <pre className="code">
                <ForeignText text={source} />
              </pre>
            </ScrollRegion>
          </Tabs.Content>
        </div>
      </section>
    </Tabs.Root>
  );
}

import { Dialog, Tabs } from 'radix-ui';
import { useState } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { fileName } from '../../store/work/actions';
import { exportLevels, keepLevel } from '../../store/work/exports';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { ScrollRegion } from '../kit/scroll-region';
import { megaOrGiga } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { pathOf } from '../route/routes';
import { useAddress } from '../route/use-address';
import { useWords } from '../words/use-words';
import { programs } from './programs';
import { Direct } from './saving';

function Copy({ text }: { text: string }) {
  const [isDone, setDone] = useState(false);
  const words = useWords().export;
  const copy = () => {
    void navigator.clipboard.writeText(text).then(
      () => setDone(true),
      () => setDone(false),
    );
  };
  return (
    <button className="btn quiet" type="button" onClick={copy}>
      <Icon name={isDone ? 'check' : 'copy'} />
      {isDone ? words.copied : words.copy}
    </button>
  );
}

/** Commands that run the file, by program. */
function Programs({ name }: { name: string }) {
  const context = useStudio((s) => s.context);
  const hasChat = useStudio((s) => s.model?.hasChatTemplate ?? false);
  const words = useWords().export;
  return (
    <section>
      <h2>{words.runs}</h2>
      <Tabs.Root defaultValue={programs[0]!.name}>
        <Tabs.List className="seg" aria-label={words.program}>
          {programs.map((p) => (
            <Tabs.Trigger key={p.name} value={p.name}>
              {p.name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {programs.map((p) => {
          const text = p.text({ name, context, hasChat });
          return (
            <Tabs.Content key={p.name} value={p.name} className="code">
              <div className="bar">
                {p.language}
                <span className="push" />
                <Copy text={text} />
              </div>
              <ScrollRegion label={words.commands(p.name)}>
                <pre>{text}</pre>
              </ScrollRegion>
            </Tabs.Content>
          );
        })}
      </Tabs.Root>
    </section>
  );
}

/** Hash and checks of the file that was written. */
function Proof({ type }: { type: string }) {
  const exported = useStudio((s) => s.exports[type]);
  const words = useWords().export;
  return (
    <section>
      <h2>{words.proof}</h2>
      <dl className="pairs">
        <dt>sha256</dt>
        <dd className={exported ? 'mono' : 'cap'} data-testid={`sha256-${type}`}>
          {exported?.sha256 ?? words.whenWritten}
        </dd>
        <dt>{words.checked}</dt>
        <dd>{exported ? words.blocks(exported.checkedBlocks) : words.blocksBefore}</dd>
      </dl>
    </section>
  );
}

/** A level: its file, what it stores, how to take it along and what runs it. */
export function ExportSheet({ type }: { readonly type: string }) {
  const row = useStudio((s) => s.plan.find((p) => p.type === type));
  const blocked = useStudio((s) => s.job !== null || s.noGpu !== null);
  const denied = useStudio((s) => s.library.denied);
  const { modelId } = useAddress();
  const { export: words, levels } = useWords();
  const close = () => navigate(pathOf('levels', modelId ?? ''));
  if (!row) return null;
  const name = fileName(type);
  const notes = [...row.fallbacks, ...row.notes];
  return (
    <Dialog.Root open onOpenChange={(open) => open || close()}>
      <Dialog.Portal>
        {/* The library's own scrim would write a style element, which the policy refuses; the page does not scroll anyway. */}
        <div className="scrim" />
        <Dialog.Content className="sheet" aria-describedby={undefined} data-sheet={type}>
          <div className="head">
            <Dialog.Title asChild>
              <h1>
                <Foreign text={words.title(type)} />
              </h1>
            </Dialog.Title>
            <span className="push" />
            <Dialog.Close asChild>
              <button className="btn quiet icon" type="button" aria-label={words.close}>
                <Icon name="x" />
              </button>
            </Dialog.Close>
          </div>
          <div className="body">
            <section>
              <h2>{words.stores}</h2>
              <p>
                <Foreign text={row.refusal ?? levels.use(type, row.use)} />
              </p>
              <p className="cap" data-testid="structure">
                {row.structure}
                {row.alias && ` ${row.alias.name}: ${row.alias.difference}`}
              </p>
              {notes.length > 0 && (
                <ul className="notes">
                  {notes.map((note) => (
                    <li key={note}>
                      <Foreign text={note} />
                    </li>
                  ))}
                </ul>
              )}
            </section>
            <section>
              <h2>{words.where}</h2>
              <div className="where">
                <Icon name="file" />
                <span className="mono clip">
                  <Foreign text={name} />
                </span>
              </div>
              <Direct />
              {!denied && (
                <p>
                  <button
                    className="btn"
                    type="button"
                    disabled={blocked || row.refusal !== null}
                    onClick={() => void keepLevel(type)}
                  >
                    {words.keep}
                  </button>{' '}
                  <span className="cap">{words.keepWhy}</span>
                </p>
              )}
            </section>
            <Programs name={name} />
            <Proof type={type} />
          </div>
          <div className="foot">
            <span className="push" />
            <button
              className="btn main large"
              type="button"
              disabled={blocked || row.refusal !== null}
              onClick={() => void exportLevels([type])}
            >
              {words.download(megaOrGiga(row.fileBytes))}
            </button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

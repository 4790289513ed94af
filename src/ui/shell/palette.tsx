import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useWords } from '../words/use-words';
import { type Command, commandsNow, matching } from './commands';

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** The list of all commands, filtered as one types: arrows move, Enter runs. */
function List({ close }: { close(): void }) {
  const words = useWords();
  const [all] = useState(() => commandsNow(words));
  const [filter, setFilter] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const shown = matching(all, filter);
  const current = shown[Math.min(at, shown.length - 1)];
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  });
  const run = (command: Command | undefined) => {
    if (!command) return;
    close();
    // The dialog gives the focus back first; what the command leads to takes it then.
    setTimeout(() => command.run());
  };
  const press = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((now) => (Math.min(now, shown.length - 1) + step + shown.length) % Math.max(1, shown.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(current);
    }
  };
  return (
    <>
      <input
        className="field"
        role="combobox"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={current ? `command ${current.id}`.replaceAll(' ', '-') : undefined}
        aria-label={words.commands.filter}
        placeholder={words.commands.filter}
        value={filter}
        onChange={(e) => {
          setFilter(e.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
        spellCheck={false}
      />
      <div className="options" id="commands" role="listbox" aria-label={words.commands.list} ref={list}>
        {shown.map((command) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          <div
            key={command.id}
            id={`command ${command.id}`.replaceAll(' ', '-')}
            role="option"
            tabIndex={-1}
            aria-selected={command === current}
            onClick={() => run(command)}
          >
            <span>{command.label}</span>
            {command.keys && <kbd>{command.keys}</kbd>}
          </div>
        ))}
      </div>
      {shown.length === 0 && <p className="empty">{words.commands.none}</p>}
    </>
  );
}

/** Go to anything: views, levels, actions by their names. */
export function Palette({ isOpen, setOpen }: { isOpen: boolean; setOpen(isOpen: boolean): void }) {
  const words = useWords().commands;
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Portal>
        <div className="scrim" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="visually">{words.title}</Dialog.Title>
          <List close={() => setOpen(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

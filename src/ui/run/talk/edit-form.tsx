import { useState } from 'react';
import { editMessage } from '../../../store/chat/converse';
import type { Message } from '../../../store/chat/conversation';
import { useWords } from '../../words/use-words';

/** A message that is being changed; what it becomes stands beside what it was. */
export function EditForm({ message, onDone }: { readonly message: Message; readonly onDone: () => void }) {
  const [text, setText] = useState(message.content);
  const words = useWords().chat;
  const isQuestion = message.role === 'user';
  const save = () => {
    if (text.trim() === '') return;
    onDone();
    void editMessage(message.id, text);
  };
  return (
    <form
      className="edit"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        className="field"
        aria-label={words.editField}
        rows={Math.min(12, text.split('\n').length + 1)}
        value={text}
        // biome-ignore lint/a11y/noAutofocus: it was asked for by a click on the message
        autoFocus
        onChange={(e) => setText(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key === 'Escape') onDone();
          if (e.key === 'Enter' && !e.shiftKey && !e.nativeEvent.isComposing) {
            e.preventDefault();
            save();
          }
        }}
      />
      <div className="acts">
        <button className="btn" type="button" onClick={onDone}>
          {words.cancel}
        </button>
        <button className="btn main" type="submit" disabled={text.trim() === ''}>
          {isQuestion ? words.send : words.save}
        </button>
      </div>
    </form>
  );
}

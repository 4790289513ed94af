import { useState } from 'react';
import { tokensOf } from '../../store/model/look';
import { Fact } from '../kit/fact';
import { Foreign } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { useAnswer } from '../kit/use-answer';

/** A piece of a text as it is shown: a space is a dot, a line break an arrow. */
const shown = (piece: string): string =>
  piece.replaceAll(' ', '·').replaceAll('\n', '↵').replaceAll('\t', '→');

/** A text, and the tokens that the model sees of it. */
export function Tokenizer() {
  const model = useStudio((s) => s.model);
  const words = useWords().model.tokenizer;
  const [text, setText] = useState(words.start);
  const hasTokenizer = model?.hasTokenizer ?? false;
  const { value, problem } = useAnswer(`${model?.fingerprint} ${text}`, async () => ({
    ...(hasTokenizer ? await tokensOf(text) : { ids: [], pieces: [] }),
    characters: [...text].length,
  }));
  if (!model) return null;
  return (
    <section className="panel" aria-labelledby="tokenizer-title">
      <div className="ph">
        <h2 id="tokenizer-title">{words.title}</h2>
        <span className="push" />
        {hasTokenizer && value && (
          <span className="cap" role="status" data-testid="token-count">
            {words.counts(value.ids.length, value.characters)}
          </span>
        )}
      </div>
      <div className="pb stack">
        {hasTokenizer && (
          <>
            <textarea
              className="field"
              aria-label={words.label}
              rows={2}
              value={text}
              onChange={(e) => setText(e.currentTarget.value)}
            />
            {problem && (
              <p className="is bad" role="alert">
                <Foreign text={problem} />
              </p>
            )}
            <ol className="pieces" aria-label={words.tokens}>
              {value?.pieces.map((piece, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
                <li key={i} title={words.token(value.ids[i]!)}>
                  <Foreign text={shown(piece)} />
                </li>
              ))}
            </ol>
          </>
        )}
        <dl>
          <Fact label={words.kind} value={hasTokenizer ? model.tokenizer : words.none} />
        </dl>
      </div>
    </section>
  );
}

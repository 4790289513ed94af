import { offerDownload } from '../../store/work/actions';
import { addMix, lookAtMix, searchTypes } from '../../store/work/search';
import { Fact } from '../kit/fact';
import { ScrollRegion } from '../kit/scroll-region';
import { megaOrGiga, nats } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** The shown mix: size, expected KL divergence, recipe and llama-quantize command. */
function Mix() {
  const mix = useStudio((s) => s.mix);
  const name = useStudio((s) => s.model?.name ?? 'model');
  const busy = useStudio((s) => s.job !== null || s.mix?.budgetBytes !== s.mixBudgetBytes);
  const words = useWords().search;
  if (!mix) return null;
  const { command, counts, recipeText } = mix;
  const save = () => offerDownload(new Blob([recipeText]), `${name.replace(/\s+/g, '-')}-recipe.json`);
  return (
    <>
      <dl className="facts" data-testid="mix" aria-busy={busy}>
        <Fact label={words.file} value={megaOrGiga(mix.fileBytes)} help={words.bytes(mix.fileBytes)} />
        <Fact label={words.expected} value={nats(mix.expectedKl)} help={words.expectedHelp} />
        <Fact label={words.types} value={counts.map((c) => words.count(c.tensors, c.type)).join(', ')} />
      </dl>
      <div className="acts">
        <button className="btn main" type="button" disabled={busy} onClick={() => void addMix()}>
          {words.add}
        </button>
        <button className="btn" type="button" disabled={busy} onClick={save}>
          {words.save}
        </button>
      </div>
      <details>
        <summary>{words.command}</summary>
        <div className="code">
          <ScrollRegion label={words.command}>
            <pre data-testid="mix-command">{command}</pre>
          </ScrollRegion>
        </div>
      </details>
    </>
  );
}

/** Search for a type per tensor under a file size. */
export function Search() {
  const search = useStudio((s) => s.search);
  const mix = useStudio((s) => s.mix);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => !s.model || s.model.blocked !== null || s.noGpu !== null);
  const requested = useStudio((s) => s.mixBudgetBytes);
  const words = useWords().search;
  if (!search)
    return (
      <div className="stack" data-testid="search">
        <p>{words.how}</p>
        <p>
          <button
            className="btn main"
            type="button"
            disabled={busy || blocked}
            onClick={() => void searchTypes()}
          >
            {words.begin}
          </button>
        </p>
        <p className="cap">{words.orDrop}</p>
      </div>
    );
  return (
    <section aria-label={words.region} className="stack">
      <label className="labelled">
        <span>{words.target}</span>
        <input
          type="range"
          min={search.minBytes}
          max={search.maxBytes}
          step={Math.max(1, Math.round((search.maxBytes - search.minBytes) / 500))}
          value={requested ?? search.minBytes}
          disabled={busy}
          aria-valuetext={mix ? megaOrGiga(mix.fileBytes) : undefined}
          onChange={(e) => void lookAtMix(Number(e.currentTarget.value))}
        />
      </label>
      <Mix />
    </section>
  );
}

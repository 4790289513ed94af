import { offerDownload } from '../../store/work/actions';
import { addMix, lookAtMix, searchTypes } from '../../store/work/search';
import { formatBytes } from '../../util/bytes';
import { Fact } from '../kit/fact';
import { useStudio } from '../kit/use-studio';

/** The shown mix: size, expected KL divergence, recipe and llama-quantize command. */
function Mix() {
  const mix = useStudio((s) => s.mix);
  const name = useStudio((s) => s.model?.name ?? 'model');
  const busy = useStudio((s) => s.job !== null || s.mix?.budgetBytes !== s.mixBudgetBytes);
  if (!mix) return null;
  const { command, counts, recipeText } = mix;
  const save = () => offerDownload(new Blob([recipeText]), `${name.replace(/\s+/g, '-')}-recipe.json`);
  return (
    <>
      <dl className="facts" data-testid="mix" aria-busy={busy}>
        <Fact label="File" value={formatBytes(mix.fileBytes)} help={`${mix.fileBytes} bytes`} />
        <Fact
          label="Expected KL"
          value={mix.expectedKl.toPrecision(2)}
          help="Mean divergence from the base that the search expects; measure the level to see what it got"
        />
        <Fact label="Types" value={counts.map((c) => `${c.tensors} × ${c.type}`).join(', ')} />
      </dl>
      <div className="actions">
        <button type="button" disabled={busy} onClick={() => void addMix()}>
          Add it to the levels
        </button>
        <button type="button" disabled={busy} onClick={save}>
          Save the recipe
        </button>
      </div>
      <details>
        <summary>The same with llama-quantize</summary>
        <pre className="rendered">{command}</pre>
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
  if (!search)
    return (
      <p className="hint" data-testid="search">
        Or a size of your own, with a type for each tensor:{' '}
        <button
          type="button"
          disabled={busy || blocked}
          onClick={() => void searchTypes()}
          title="Puts one tensor after the other in 3 bits and measures what that does to the next token; from it follows the best mix for any size. Takes a while on a large model"
        >
          Measure what each tensor is worth
        </button>{' '}
        Or drop a recipe that you saved.
      </p>
    );
  return (
    <section aria-label="A size of your own" className="search">
      <label>
        Target size
        <input
          type="range"
          min={search.minBytes}
          max={search.maxBytes}
          step={Math.max(1, Math.round((search.maxBytes - search.minBytes) / 500))}
          value={requested ?? search.minBytes}
          disabled={busy}
          aria-valuetext={mix ? formatBytes(mix.fileBytes) : undefined}
          onChange={(e) => void lookAtMix(Number(e.currentTarget.value))}
        />
      </label>
      <Mix />
    </section>
  );
}

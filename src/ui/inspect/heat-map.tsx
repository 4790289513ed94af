import { type KeyboardEvent, useRef, useState } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { type ErrorCell, type ErrorMap, errorMap } from '../../store/results/error-map';
import type { TensorError } from '../../pipeline/tensor-error';
import { visible } from '../../util/foreign-text';
import { Foreign } from '../kit/foreign';
import { useStudio } from '../kit/use-studio';
import { inspectPath } from '../route/routes';
import { useWords } from '../words/use-words';
import { fixed } from '../kit/numerals';

/** Shades of the map. The lightest begins at zero, so that a shade means the same share of the largest error. */
const SHADES = 7;
const shadeOf = (relative: number, largest: number): number =>
  Math.min(SHADES - 1, Math.floor((SHADES * relative) / largest));

const percent = (relative: number): string => {
  const value = 100 * relative;
  return fixed(value, value < 1 ? 2 : 1);
};

/** Steps of a key over the map. */
const STEPS: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface CellProps {
  readonly cell: ErrorCell;
  readonly largest: number;
  readonly isChosen: boolean;
  readonly isStop: boolean;
  open(): void;
}

function Cell({ cell, largest, isChosen, isStop, open }: CellProps) {
  const words = useWords().inspect;
  const figure = percent(cell.relative);
  const label = words.cell(visible(cell.name), figure, cell.type);
  return (
    <button
      type="button"
      className={`q${shadeOf(cell.relative, largest)}`}
      aria-label={label}
      aria-pressed={isChosen}
      title={label}
      tabIndex={isStop ? 0 : -1}
      onClick={open}
    >
      {figure}
    </button>
  );
}

/** Cells by kind and layer; the place that the keyboard is at. */
function Cells({ map, chosen, open }: { map: ErrorMap; chosen: string | null; open(name: string): void }) {
  const { kinds, layers, largest } = map;
  const words = useWords().inspect;
  const table = useRef<HTMLTableElement>(null);
  const first = kinds.findIndex((_, kind) => layers[0]?.cells[kind]);
  const [at, setAt] = useState<readonly [kind: number, layer: number]>([Math.max(0, first), 0]);
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    let [kind, layer] = at;
    const isInside = () => kinds[kind] !== undefined && layers[layer] !== undefined;
    // Layers need not hold every kind: what is not there is stepped over.
    do {
      kind += step[0];
      layer += step[1];
    } while (isInside() && !layers[layer]?.cells[kind]);
    if (!isInside()) return;
    setAt([kind, layer]);
    const cells = table.current?.rows[kind + 1]?.cells[layer + 1];
    cells?.querySelector('button')?.focus();
  };
  return (
    <table className="heat" data-testid="heat" ref={table} onKeyDown={move}>
      <thead>
        <tr>
          <th scope="col" className="r">
            <span className="visually">{words.kind}</span>
          </th>
          {layers.map(({ layer }) => (
            <th scope="col" key={layer}>
              {layer}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {kinds.map((kind, k) => (
          <tr key={kind}>
            <th scope="row" className="r">
              <Foreign text={kind} />
            </th>
            {layers.map(({ layer, cells }, l) => {
              const cell = cells[k];
              return (
                <td key={layer}>
                  {cell && (
                    <Cell
                      cell={cell}
                      largest={largest}
                      isChosen={cell.name === chosen}
                      isStop={k === at[0] && l === at[1]}
                      open={() => {
                        setAt([k, l]);
                        open(cell.name);
                      }}
                    />
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Error of every tensor of a level. A figure opens its tensor. */
export function HeatMap({ errors, chosen }: { errors: readonly TensorError[]; chosen: string | null }) {
  const id = useStudio((s) => s.model?.fingerprint ?? '');
  const words = useWords().inspect;
  const map = errorMap(errors);
  const open = (name: string) => navigate(inspectPath(id, name));
  return (
    <section className="panel" aria-labelledby="map-title">
      <div className="ph">
        <h2 id="map-title">{words.mapTitle}</h2>
        <span className="cap wide">{words.mapWhat}</span>
        <span className="push" />
        <span className="shades" aria-hidden="true">
          {Array.from({ length: SHADES }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a shade is its place
            <i key={i} className={`q${i}`} />
          ))}
        </span>
        <span className="cap">{words.scale(percent(map.largest))}</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="map" tabIndex={0} aria-label={words.mapLabel}>
        <Cells map={map} chosen={chosen} open={open} />
      </section>
      {map.others.length > 0 && (
        <p className="others">
          {words.others}:{' '}
          {map.others.map((cell) => (
            <button type="button" className="link" key={cell.name} onClick={() => open(cell.name)}>
              <Foreign text={cell.name} /> {percent(cell.relative)} %
            </button>
          ))}
        </p>
      )}
    </section>
  );
}

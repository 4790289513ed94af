// Which type each tensor gets, so that a file of a given size loses least. Pure.

/** A type that a tensor could have: what it takes in the file, and what it is expected to cost. */
export interface TypeOption {
  readonly type: string;
  readonly sizeBytes: number;
  /** Expected divergence that this tensor adds, in nats. Costs of tensors are taken to add up. */
  readonly cost: number;
}

export interface TensorOptions {
  readonly name: string;
  readonly options: readonly TypeOption[];
}

export interface TypesChosen {
  /** In the order of the tensors. */
  readonly types: readonly { readonly name: string; readonly type: string }[];
  readonly sizeBytes: number;
  readonly cost: number;
}

const bySize = (a: TypeOption, b: TypeOption): number =>
  a.sizeBytes - b.sizeBytes || a.cost - b.cost || (a.type < b.type ? -1 : 1);

/** Options that no mixture of a smaller and a larger one beats: each step up buys less than the one before. */
export function convexHull(options: readonly TypeOption[]): TypeOption[] {
  const hull: TypeOption[] = [];
  const gain = (a: TypeOption, b: TypeOption) => (a.cost - b.cost) / (b.sizeBytes - a.sizeBytes);
  for (const option of [...options].sort(bySize)) {
    const last = hull.at(-1);
    if (last && (option.cost >= last.cost || option.sizeBytes === last.sizeBytes)) continue;
    while (hull.length > 1 && gain(hull.at(-1)!, option) >= gain(hull.at(-2)!, hull.at(-1)!)) hull.pop();
    hull.push(option);
  }
  return hull;
}

/**
 * One type for each tensor, together at most `budgetBytes`, with the least cost that the steps of the hulls reach: the
 * step that buys most a byte is taken first, and what is left of the budget goes to whatever still fits. Equal inputs give
 * equal choices. Null when even the smallest types are too large.
 */
export function chooseTypes(tensors: readonly TensorOptions[], budgetBytes: number): TypesChosen | null {
  const hulls = tensors.map((t) => convexHull(t.options));
  const at = hulls.map(() => 0);
  let sizeBytes = hulls.reduce((n, hull) => n + hull[0]!.sizeBytes, 0);
  if (sizeBytes > budgetBytes) return null;
  const steps = hulls
    .flatMap((hull, tensor) =>
      hull.slice(1).map((option, i) => {
        const before = hull[i]!;
        const bytes = option.sizeBytes - before.sizeBytes;
        return { tensor, to: i + 1, bytes, gain: (before.cost - option.cost) / bytes };
      }),
    )
    .sort((a, b) => b.gain - a.gain || a.tensor - b.tensor || a.to - b.to);
  // Within a tensor gains fall, so its steps come in order; one that does not fit ends the tensor's.
  for (const { tensor, to, bytes } of steps) {
    if (at[tensor] !== to - 1 || sizeBytes + bytes > budgetBytes) continue;
    at[tensor] = to;
    sizeBytes += bytes;
  }
  const chosen = hulls.map((hull, i) => hull[at[i]!]!);
  fill(tensors, chosen, budgetBytes - sizeBytes);
  return {
    types: tensors.map((t, i) => ({ name: t.name, type: chosen[i]!.type })),
    sizeBytes: chosen.reduce((n, o) => n + o.sizeBytes, 0),
    cost: chosen.reduce((n, o) => n + o.cost, 0),
  };
}

/** Spends what is left: the change of a single tensor that gains most, as long as one fits. */
function fill(tensors: readonly TensorOptions[], chosen: TypeOption[], leftBytes: number): void {
  let left = leftBytes;
  for (;;) {
    let best: { tensor: number; option: TypeOption; gain: number } | undefined;
    for (const [tensor, { options }] of tensors.entries())
      for (const option of options) {
        const now = chosen[tensor]!;
        const gain = now.cost - option.cost;
        if (option.sizeBytes - now.sizeBytes > left || gain <= 0) continue;
        if (!best || gain > best.gain) best = { tensor, option, gain };
      }
    if (!best) return;
    left -= best.option.sizeBytes - chosen[best.tensor]!.sizeBytes;
    chosen[best.tensor] = best.option;
  }
}

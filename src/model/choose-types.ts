// Chooses a type for each tensor to minimize the loss of a file of a given size. Pure.

/** A possible type of a tensor, with its size in the file and its expected cost. */
export interface TypeOption {
  readonly type: string;
  readonly sizeBytes: number;
  /** Expected KL divergence from quantizing this tensor, in nats. Costs of tensors are assumed additive. */
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

/** Lower convex hull of cost over size: each step up gains less per byte than the one before. */
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
 * Chooses one type per tensor within `budgetBytes`, greedily: takes the steps of the hulls by gain per byte, then
 * spends the rest on single changes that still fit. Deterministic. Null if even the smallest types are too large.
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
  // Gains decrease within a tensor, so its steps come in order. A step that does not fit skips the tensor's later
  // steps.
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

/** Spends the rest of the budget: applies the best change of a single tensor until none fits. */
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

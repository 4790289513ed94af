type Methods = Record<string, (...a: unknown[]) => unknown>;

/** Counts method calls; `end` restores the original methods. */
export function watchCalls(...watched: readonly (readonly [object: object, names: readonly string[]])[]) {
  let counts: Record<string, number> = {};
  for (const [object, names] of watched) {
    const methods = object as Methods;
    for (const name of names) {
      const original = methods[name]!.bind(object);
      methods[name] = (...a) => {
        counts[name] = (counts[name] ?? 0) + 1;
        return original(...a);
      };
    }
  }
  return {
    /** Counts since the last call; methods never called are absent. */
    take: () => {
      const taken = counts;
      counts = {};
      return taken;
    },
    end: () => {
      for (const [object, names] of watched) for (const name of names) delete (object as Methods)[name];
    },
  };
}

/** True for names that a filter means: `*` stands for anything, all else for itself, anywhere in the name; capitals do not count. */
export function matcherOf(filter: string): (name: string) => boolean {
  const parts = filter.trim().toLowerCase().split('*');
  return (name) => {
    const text = name.toLowerCase();
    let at = 0;
    // The first place of each part leaves most room for those after it.
    for (const part of parts) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return true;
  };
}

/**
 * The path that a build is served below, from VITE_BASE. Without it addresses are relative, and the build works below any path.
 * A whole address gives pictures of shared links theirs: sites that show links read no relative ones. Throws where it is
 * neither.
 */
export function siteBase(text: string): string {
  const base = text.trim();
  if (base === '' || base === './') return './';
  if (/^(https:\/\/[a-z\d-]+(\.[a-z\d-]+)*(:\d+)?)?\/([\w.~-]+\/)*$/i.test(base)) return base;
  throw new Error(
    `VITE_BASE has "${text}": expected a path such as /nibble/ or an address such as https://you.example/nibble/, with a slash at its end.`,
  );
}

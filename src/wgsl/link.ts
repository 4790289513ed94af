/** Shader texts by path without extension: `ops/matvec`. */
export type Sources = ReadonlyMap<string, string>;
/** Rebinds the first segment of an import path: `{ codec: 'quant/q4_0' }`. */
export type Slots = Readonly<Record<string, string>>;

const IMPORT = /^\/\/#import (\S+)$/gm;

/** Resolves `//#import path` lines, each module once, dependencies first. Throws if a module is missing. */
export function link(entry: string, sources: Sources, slots: Slots = {}): string {
  const seen = new Set<string>();
  const visit = (id: string, from: string): string => {
    const [head, ...rest] = id.split('/');
    const path = slots[head!] === undefined ? id : [slots[head!], ...rest].join('/');
    if (seen.has(path)) return '';
    seen.add(path);
    const text = sources.get(path);
    if (text === undefined) throw new Error(`${from}: there is no shader "${path}"`);
    return text.replace(IMPORT, (_, next: string) => visit(next, path));
  };
  return visit(entry, 'link');
}

/** Moves `enable` directives to the top, where WGSL requires them; imported modules may have their own. */
export function hoistEnables(code: string): string {
  const enables = new Set<string>();
  const body = code.replace(/^enable [^;]+;$/gm, (line) => {
    enables.add(line);
    return '';
  });
  return [...enables, body].join('\n');
}

/** Fixes the hardware subgroup size to SUBGROUP_SIZE if a module enables subgroup_size_control. */
export const pinSubgroups = (code: string): string =>
  code.includes('enable subgroup_size_control;')
    ? code.replace(/(?=@workgroup_size\(SUBGROUP_SIZE\b)/, '@subgroup_size(SUBGROUP_SIZE) ')
    : code;

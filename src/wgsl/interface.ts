// Uniform params are 4-byte scalars only, so a field's byte offset is 4 x its index.
export type ScalarType = 'u32' | 'i32' | 'f32';
export type ParamSpec = Readonly<Record<string, ScalarType>>;
export type ParamValues<S extends ParamSpec> = { readonly [K in keyof S]: number };
export type Access = 'read' | 'read_write';
export type BindingSpec = Readonly<Record<string, Access>>;

export function packParams<S extends ParamSpec>(spec: S, values: ParamValues<S>): ArrayBuffer {
  const names = Object.keys(spec);
  const buffer = new ArrayBuffer(Math.ceil(names.length / 4) * 16);
  const view = new DataView(buffer);
  names.forEach((name, i) => {
    const value = values[name]!;
    if (spec[name] === 'f32') view.setFloat32(4 * i, value, true);
    else if (spec[name] === 'i32') view.setInt32(4 * i, value, true);
    else view.setUint32(4 * i, value, true);
  });
  return buffer;
}

/** Reads the `Params` fields and the bindings of a WGSL text, in order. */
export function readInterface(wgsl: string): { params: Record<string, string>; bindings: string[] } {
  const body = /struct Params \{([^}]*)\}/.exec(wgsl)?.[1] ?? '';
  const fields = [...body.matchAll(/(\w+): (\w+)/g)].map((m) => [m[1]!, m[2]!] as const);
  const bindings = [...wgsl.matchAll(/@binding\((\d+)\) var<([^>]+)> (\w+)/g)]
    .sort((a, b) => Number(a[1]) - Number(b[1]))
    .map((m) => `${m[3]}: ${m[2]}`);
  return { params: Object.fromEntries(fields), bindings };
}

/** Throws an Error that shows both sides if a kernel's TypeScript and WGSL interfaces differ. */
export function checkInterface(
  shader: string,
  spec: { bindings: BindingSpec; params: ParamSpec },
  wgsl: string,
): void {
  const stated = readInterface(wgsl);
  const expected = Object.entries(spec.bindings).map(([name, access]) => `${name}: storage, ${access}`);
  expected.push('params: uniform');
  const want = JSON.stringify([Object.entries(spec.params), expected]);
  const have = JSON.stringify([Object.entries(stated.params), stated.bindings]);
  if (want !== have)
    throw new Error(`${shader}: TypeScript and WGSL disagree\n  ts:   ${want}\n  wgsl: ${have}`);
}

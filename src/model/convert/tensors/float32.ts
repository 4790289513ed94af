/** Returns true for tensors that convert_hf_to_gguf.py always writes as F32: vectors, norms, routers, positions. */
export const staysFloat32 = (t: { readonly name: string; readonly shape: readonly number[] }): boolean =>
  t.shape.length <= 1 ||
  t.name.endsWith('_norm.weight') ||
  t.name.endsWith('.ffn_gate_inp.weight') ||
  t.name === 'position_embd.weight' ||
  !t.name.endsWith('.weight');

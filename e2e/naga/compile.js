// Compiles kernel texts from..to - 1 with naga, in Deno: `deno run -A --unstable-webgpu compile.js TEXTS FROM TO STEP`.
// A panic of the compiler ends the process, so that each index is written before it is tried.
const [file, from, to, step] = Deno.args;
const texts = JSON.parse(Deno.readTextFileSync(file));
const adapter = await navigator.gpu.requestAdapter();
if (!adapter) throw new Error('Deno found no adapter');
const wanted = ['shader-f16', 'timestamp-query', 'subgroups', 'subgroup-size-control'];
const device = await adapter.requestDevice({
  requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
});
const encoder = new TextEncoder();
const write = (line) => Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(line)}\n`));
write({ adapter: `${adapter.info.description || adapter.info.vendor}`, deno: Deno.version.deno });

/** The first error of a step, or nothing. */
async function errorOf(step) {
  for (const kind of ['validation', 'internal', 'out-of-memory']) device.pushErrorScope(kind);
  let thrown;
  let result;
  try {
    result = await step();
  } catch (error) {
    thrown = String(error);
  }
  const scopes = [await device.popErrorScope(), await device.popErrorScope(), await device.popErrorScope()];
  return { error: thrown ?? scopes.find(Boolean)?.message, result };
}

/** Extensions that naga refuses to enable, asked for by the bare line. */
const refused = new Map();
async function lackingOf(code) {
  const lacking = [];
  for (const [line] of code.matchAll(/^enable [^;]+;/gm)) {
    if (!refused.has(line))
      refused.set(line, (await errorOf(() => device.createShaderModule({ code: line }))).error);
    if (refused.get(line)) lacking.push(line);
  }
  return lacking;
}

async function compile({ code, constants, access }) {
  const { error, result: module } = await errorOf(() => device.createShaderModule({ code }));
  if (error) return error;
  const entries = access.map((how, binding) => ({
    binding,
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type: how === 'read' ? 'read-only-storage' : 'storage' },
  }));
  entries.push({ binding: entries.length, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } });
  for (const values of constants) {
    const made = await errorOf(() => {
      const group = device.createBindGroupLayout({ entries });
      const layout = device.createPipelineLayout({ bindGroupLayouts: [group] });
      return device.createComputePipelineAsync({ layout, compute: { module, constants: values } });
    });
    if (made.error) return `${JSON.stringify(values)}: ${made.error}`;
  }
  return undefined;
}

for (let i = Number(from); i < Math.min(texts.length, Number(to)); i += Number(step)) {
  const lacks = await lackingOf(texts[i].code);
  if (lacks.length > 0) {
    write({ done: i, lacks });
    continue;
  }
  write({ start: i });
  const error = await compile(texts[i]);
  write({ done: i, ...(error ? { error } : {}) });
}

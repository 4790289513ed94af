// node examples/node/quantize.mjs [model] [level] [out.gguf]: writes the GGUF of a level, as llama-quantize does.
import { fileSink, openDevice, openModel, openPath, planLevel, writeGguf } from 'nibble-studio/node';

const [path = 'public/models/nibble-stories-F16.gguf', level = 'Q4_K_M', out = `${level}.gguf`] =
  process.argv.slice(2);
const model = await openModel(openPath(path));
const device = await openDevice();
const { sizeBytes, sha256 } = await writeGguf(device, planLevel(model, level), await fileSink(out));
console.log(`${out}: ${sizeBytes} bytes, sha256 ${sha256}`);
device.dispose();

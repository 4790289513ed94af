// node examples/node/chat.mjs [model] [level] [message]: quantizes into GPU memory and answers.
import { load, openDevice, openModel, openPath, planLevel } from 'nibble-studio/node';

const [path = 'public/models/nibble-stories-F16.gguf', level = 'Q8_0', content = 'Tell me about a fox.'] =
  process.argv.slice(2);
const device = await openDevice();
const model = await load(device, planLevel(await openModel(openPath(path)), level));
const progress = ({ text }) => process.stdout.write(text);
await model.chat([{ role: 'user', content }], { maxTokens: 100 }, { progress });
device.dispose();

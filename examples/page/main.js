import {
  blobSink,
  fileSources,
  levels,
  load,
  measureKlDivergence,
  openDevice,
  openModel,
  planLevel,
  writeGguf,
} from 'nibble-studio/browser';

const element = (id) => document.getElementById(id);
const say = (text) => element('output').append(text);
const attempt = (work) => work().catch((error) => say(`${error.message} ${error.hint ?? ''}\n`));
const fetchBlob = async (path) => (await fetch(path)).blob();

let device;
const gpu = () => (device ??= openDevice());
let model;
const open = async (files) => (model = await openModel(fileSources(files)));
const builtIn = async () => open([new File([await fetchBlob('models/nibble-stories-F16.gguf')], 'stories')]);
const planned = async (level = element('level').value) => planLevel(model ?? (await builtIn()), level);

async function quantize() {
  const { sink, finished } = blobSink();
  const { sizeBytes, sha256 } = await writeGguf(await gpu(), await planned(), sink);
  say(`${sizeBytes} bytes, sha256 ${sha256}\n`);
  const link = element('download');
  link.href = URL.createObjectURL(await finished());
  link.download = `${element('level').value}.gguf`;
  link.hidden = false;
}

async function chat() {
  const text = await load(await gpu(), await planned());
  const messages = [{ role: 'user', content: element('message').value }];
  await text.chat(messages, { maxTokens: 100 }, { progress: (piece) => say(piece.text) });
  text.dispose();
}

async function compare() {
  const text = await (await fetchBlob('texts/stories-held-out.txt')).text();
  const pair = { base: await planned('F16'), level: await planned() };
  const { kl } = await measureKlDivergence(await gpu(), pair, text, { context: 128, chunks: 2 });
  say(`KL divergence ${kl.mean.toFixed(5)} nats\n`);
}

element('level').append(...levels.map(({ name }) => new Option(name, name, false, name === 'Q4_K_M')));
element('file').onchange = ({ target }) => attempt(() => open(target.files));
document.ondragover = (event) => event.preventDefault();
document.ondrop = (event) => {
  event.preventDefault();
  attempt(() => open(event.dataTransfer.files));
};
for (const [id, action] of Object.entries({ quantize, chat, compare }))
  element(id).onclick = () => attempt(action);

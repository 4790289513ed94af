// A conversation of a stranger: every way that Markdown has to ask a server for something, and to act on a page.
const TEXT = `![a](https://evil.example/a.png)
![b][ref]
<img src="https://evil.example/c.png" onerror="fetch('https://evil.example/d')">
<link rel="stylesheet" href="https://evil.example/e.css"><link rel="prefetch" href="https://evil.example/f">
<style>@import "https://evil.example/g.css"; body { background: url(https://evil.example/h.png) }</style>
<script src="https://evil.example/i.js"></script><iframe src="https://evil.example/j"></iframe>
<svg><image href="https://evil.example/k.png"/></svg><video poster="https://evil.example/l.png"></video>

[ref]: https://evil.example/m.png "title"

[good](https://fine.example/page?a=b), <https://auto.example/>, www.bare.example and [dressed as https://bank.example](https://evil.example/n).

[script](javascript:alert(1)) [script](JaVaScRiPt:alert(1)) [data](data:text/html,<script>alert(1)</script>) [blob](blob:x)
[inside](#/settings) [root](/m/x) [other](//evil.example/o) [file](file:///etc/passwd)

A footnote[^1], \u202eesrever\u202c and &#x202e;more&#x202c; \u0007 bell &#7;

[^1]: With a [link](https://foot.example/).

| a | b |
|---|---|
| ![t](https://evil.example/p.png) | <img src=https://evil.example/q.png> |

$\\includegraphics{https://evil.example/r.png}$ $\\href{https://evil.example/s}{x}$ $\\class{evil}{x}$ $\\style{background:url(https://evil.example/t.png)}{x}$

$$
\\def\\a{\\a\\a}\\a
$$

\`\`\`html
<img src="https://evil.example/u.png">
\`\`\`

- [ ] <input type=image src=https://evil.example/v.png>

# <b>Heading</b> ![h](https://evil.example/w.png)
`;

/** Lists in lists, deeper than a parser's stack. */
const DEEP = `${'- '.repeat(5000)}bottom`;

/** Addresses that are links all the same, in order: of the web, in full. */
export const HOSTILE_LINKS = [
  'https://fine.example/page?a=b',
  'https://auto.example/',
  'http://www.bare.example/',
  'https://evil.example/n',
  // Text that looks like an element is text, and addresses in text are links.
  'https://evil.example/q.png%3E',
  'https://evil.example/v.png%3E',
  'https://foot.example/',
];

const sampling = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, seed: 1, maxTokens: 256 };

/** The file of it, of a model that nobody has. */
export function hostileConversation(): Uint8Array {
  const conversation = {
    id: '../../x',
    modelId: 'ff00/../x',
    modelLabel: 'elsewhere.gguf',
    title: 'Hostile <img src=https://evil.example/x.png> \u202etitle',
    createdMs: 1,
    changedMs: Date.now(),
    head: 'answer',
    startsAt: null,
    level: '<img src=https://evil.example/y.png>',
    count: 2,
    system: TEXT,
    stop: [],
    sampling,
  };
  const messages = [
    { id: 'question', conversation: 'x', parent: null, role: 'user', content: TEXT, createdMs: 2 },
    {
      id: 'answer',
      conversation: 'x',
      parent: 'question',
      role: 'assistant',
      content: TEXT,
      parts: [
        { kind: 'thoughts', text: TEXT },
        { kind: 'tool call', text: '{"name": "<img src=https://evil.example/z.png>"}' },
        { kind: 'mark', text: '<|\u202eim_end|>' },
        { kind: 'answer', text: DEEP },
        { kind: 'mark', text: '<|x|>' },
        { kind: 'answer', text: TEXT },
      ],
      createdMs: 3,
      level: '<img src=https://evil.example/y.png>',
    },
  ];
  const file = { format: 'nibble-conversations', version: 1, conversations: [{ conversation, messages }] };
  return new TextEncoder().encode(JSON.stringify(file));
}

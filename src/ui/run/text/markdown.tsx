import type { Element } from 'hast';
import { memo } from 'react';
import ReactMarkdown, { type Components, type Options } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import type { TokenSpan } from '../../../store/chat/align';
import { Foreign } from '../../kit/foreign';
import { ScrollRegion } from '../../kit/scroll-region';
import { useWords } from '../../words/use-words';
import { CodeBlock } from './code-block';
import { MathText } from './math';
import { remarkPrices, rehypeForeign, withDollars } from './plugins';

/** The only addresses that a link may have: of the web, in full. Another would lead into this page, or out of the browser. */
function webAddress(url: string): URL | undefined {
  if (!/^https?:\/\//i.test(url)) return undefined;
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

const classesOf = (node: Element | undefined): string[] => {
  const names = node?.properties.className;
  return Array.isArray(names) ? names.map(String) : [];
};
const textOf = (node: Element): string =>
  node.children.map((c) => (c.type === 'text' ? c.value : c.type === 'element' ? textOf(c) : '')).join('');
const isMath = (node: Element | undefined): boolean => classesOf(node).includes('language-math');

/** Names the place that a link goes to: an address may be dressed up as any text. */
function Address({ url, children }: { readonly url: string; readonly children: React.ReactNode }) {
  const words = useWords().chat;
  const address = webAddress(url);
  if (!address) return <span>{children}</span>;
  return (
    <>
      <a href={address.href} target="_blank" rel="noopener noreferrer" title={words.opensIn(address.host)}>
        {children}
      </a>{' '}
      <span className="host">
        <Foreign text={address.host} />
      </span>
    </>
  );
}

/** A picture is a request to its server, which would then know: only its text is shown. */
function Picture({ alt, url }: { readonly alt: string; readonly url: string }) {
  const words = useWords().chat;
  const host = webAddress(url)?.host;
  return (
    <span className="picture">
      <Foreign text={alt} />{' '}
      <span className="host">
        {words.noImage}
        {host && (
          <>
            {': '}
            <Foreign text={host} />
          </>
        )}
      </span>
    </span>
  );
}

function Table({ children }: { readonly children: React.ReactNode }) {
  const words = useWords().chat;
  return (
    <ScrollRegion label={words.table}>
      <table className="tbl">{children}</table>
    </ScrollRegion>
  );
}

function Done({ isDone }: { readonly isDone: boolean }) {
  const words = useWords().chat;
  return (
    <span role="img" aria-label={isDone ? words.done : words.notDone}>
      {isDone ? '☑' : '☐'}
    </span>
  );
}

const heading =
  (level: number): NonNullable<Components['h1']> =>
  ({ children }) => (
    <h3 className={`h${level}`} dir="auto">
      {children}
    </h3>
  );

const components: Components = {
  a: ({ href = '', children }) => <Address url={href}>{children}</Address>,
  img: ({ alt = '', src }) => <Picture alt={alt} url={typeof src === 'string' ? src : ''} />,
  input: ({ checked }) => <Done isDone={checked === true} />,
  table: ({ children }) => <Table>{children}</Table>,
  // An answer is a part of this page, whatever it takes itself for.
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  h5: heading(5),
  h6: heading(6),
  p: ({ node, children }) => {
    const [only, ...others] = node?.children ?? [];
    const isDisplay = only?.type === 'element' && others.length === 0 && isMath(only);
    return isDisplay ? <MathText tex={textOf(only)} isDisplay /> : <p dir="auto">{children}</p>;
  },
  pre: ({ node, children }) => {
    const [code] = node?.children ?? [];
    if (code?.type !== 'element') return <pre>{children}</pre>;
    if (isMath(code)) return <MathText tex={textOf(code)} isDisplay />;
    const language = classesOf(code).find((name) => name.startsWith('language-'));
    return (
      <CodeBlock language={language?.slice('language-'.length) ?? ''} text={textOf(code)}>
        {children}
      </CodeBlock>
    );
  },
  code: ({ node, className, children }) =>
    isMath(node) ? (
      <MathText tex={node ? textOf(node) : ''} isDisplay={false} />
    ) : (
      <code className={className}>{children}</code>
    ),
};

const remarkPlugins: Options['remarkPlugins'] = [remarkGfm, remarkMath, remarkPrices];
const highlight: NonNullable<Options['rehypePlugins']>[number] = [rehypeHighlight, { plainText: ['math'] }];

interface MarkdownProps {
  readonly text: string;
  /** The tokens that it came in. */
  readonly spans?: readonly TokenSpan[] | undefined;
}

/**
 * A model's or a stranger's Markdown as elements: no HTML of its own, no picture, no address but of the web.
 */
export const Markdown = memo(function Markdown({ text, spans }: MarkdownProps) {
  const source = withDollars(text);
  return (
    <ReactMarkdown
      components={components}
      remarkPlugins={remarkPlugins}
      rehypePlugins={[highlight, [rehypeForeign, { source, spans }]]}
      urlTransform={(url) => webAddress(url)?.href ?? ''}
    >
      {source}
    </ReactMarkdown>
  );
});

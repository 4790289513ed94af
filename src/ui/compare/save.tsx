import { useRef, useState } from 'react';
import { asCsv, asJson, asMarkdown, type ResultRow } from '../../store/results/results';
import { lossOf } from '../../store/results/loss';
import { saveReport, takeReport } from '../../store/results/take-report';
import { offerDownload } from '../../store/work/actions';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import type { Words } from '../words/en';
import { useWords } from '../words/use-words';
import { conditionsText, tableWords } from './figure-text';
import { type PictureFact, type PictureWords, sharedPicture, sheetOf } from './picture';
import { asPngFile, asSvgFile } from './raster';
import { useFinding } from './verdict';
import { fixed } from '../kit/numerals';

const csvOf = (rows: readonly ResultRow[], words: Words['compare']): string =>
  asCsv(rows, { ...tableWords(rows, words), title: (id) => words.csv[id] });

/** The figures of a level that a picture shows beside its chart. */
function factsOf(
  row: ResultRow | undefined,
  base: ResultRow | undefined,
  words: Words['compare'],
): PictureFact[] {
  if (!row?.quality) return [];
  const { sameTop } = lossOf(row.quality);
  const [speed, before] = [row, base].map((r) => r?.run?.speed.tokensPerSecond.median);
  return [
    ...(base
      ? [{ figure: `${fixed(base.fileBytes / row.fileBytes, 1)} ×`, of: words.factSmaller(base.type) }]
      : []),
    { figure: `${Math.round(100 * sameTop)} %`, of: words.factSame },
    ...(speed && before ? [{ figure: `${fixed(speed / before, 1)} ×`, of: words.factSpeed }] : []),
  ];
}

/** Files of what was measured. Pictures are made of the charts, so only where these are drawn. */
export function Save({ rows, hasCharts }: { rows: readonly ResultRow[]; hasCharts: boolean }) {
  const words = useWords().compare;
  const name = useStudio((s) => s.model?.name ?? '');
  const finding = useFinding(rows);
  const file = useRef<HTMLInputElement>(null);
  const said: PictureWords = {
    title: name,
    finding: finding?.title ?? '',
    sentences: finding?.sentences.join(' ') ?? '',
    caption: words.caption(conditionsText(rows, words)),
  };
  const stem = `${name.replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, '-')}-compare`;
  const quad = () => document.querySelector<HTMLElement>('#compare .quad');
  const png = async (svg: SVGSVGElement, scale?: number, end = '') => {
    const picture = await asPngFile(svg, scale);
    if (picture) offerDownload(picture, `${stem}${end}.png`);
  };
  const text = (content: string, type: string, end: string) =>
    offerDownload(new Blob([content], { type }), `${stem}.${end}`);
  const share = () => {
    const figure = quad()?.querySelector<HTMLElement>('[data-chart="size-loss"]');
    const row = rows.find((r) => r.type === finding?.type);
    const facts = factsOf(
      row,
      rows.find((r) => r.type === row?.quality?.base),
      words,
    );
    if (figure) void png(sharedPicture(figure, said, facts), 1, '-shared');
  };
  const isNone = rows.length === 0;
  return (
    <>
      {!isNone && (
        <fieldset className="saves wide">
          <legend className="visually">{words.saveAs}</legend>
          <Icon name="save" />
          {hasCharts && (
            <>
              <button
                className="btn quiet"
                type="button"
                onClick={() => quad() && void png(sheetOf(quad()!, said))}
              >
                {words.png}
              </button>
              <button
                className="btn quiet"
                type="button"
                onClick={() => quad() && offerDownload(asSvgFile(sheetOf(quad()!, said)), `${stem}.svg`)}
              >
                {words.svg}
              </button>
            </>
          )}
          <button
            className="btn quiet"
            type="button"
            onClick={() => text(csvOf(rows, words), 'text/csv', 'csv')}
          >
            {words.csvFile}
          </button>
          <button
            className="btn quiet"
            type="button"
            onClick={() => text(asMarkdown(rows, tableWords(rows, words)), 'text/markdown', 'md')}
          >
            {words.markdown}
          </button>
          <button
            className="btn quiet"
            type="button"
            onClick={() => text(asJson(rows), 'application/json', 'json')}
          >
            {words.json}
          </button>
          {hasCharts && finding && (
            <button className="btn quiet" type="button" title={words.pictureHelp} onClick={share}>
              {words.picture}
            </button>
          )}
        </fieldset>
      )}
      {!isNone && (
        <button
          className="btn wide"
          type="button"
          onClick={() => offerDownload(saveReport(), 'nibble-report.json')}
        >
          {words.saveReport}
        </button>
      )}
      <button className="btn wide" type="button" onClick={() => file.current?.click()}>
        {words.withReport}
      </button>
      <input
        ref={file}
        type="file"
        hidden
        accept=".json,application/json"
        data-testid="report-file"
        onChange={(e) => {
          const [chosen] = e.currentTarget.files ?? [];
          e.currentTarget.value = '';
          if (chosen) void takeReport(chosen.name, chosen);
        }}
      />
    </>
  );
}

/** The table for other programs, by the clipboard. */
export function Copy({ rows }: { rows: readonly ResultRow[] }) {
  const words = useWords().compare;
  const [copied, setCopied] = useState('');
  const formats = [
    [words.markdown, () => asMarkdown(rows, tableWords(rows, words))],
    [words.csvFile, () => csvOf(rows, words)],
    [words.json, () => asJson(rows)],
  ] as const;
  const copy = async (format: string, text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(words.copied(format));
    } catch {
      setCopied(words.notCopied);
    }
  };
  return (
    <>
      {formats.map(([format, text]) => (
        <button className="btn" type="button" key={format} onClick={() => void copy(format, text())}>
          {words.copyAs(format)}
        </button>
      ))}
      <span className="cap" role="status">
        {copied}
      </span>
    </>
  );
}

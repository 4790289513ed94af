import type { KeyboardEvent } from 'react';
import { Link } from 'wouter';
import { navigate } from 'wouter/use-hash-location';
import { rateOf } from '../../store/apply-event';
import { releaseLevel, setRunType, toggleLevel } from '../../store/work/actions';
import type { PlanRow } from '../../studio/summary';
import { visible } from '../../util/foreign-text';
import { Dot, familyOf } from '../kit/family';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { inUnit, megaOrGiga, nats, type SizeUnit } from '../kit/units';
import { useSettings } from '../kit/use-settings';
import { useStudio } from '../kit/use-studio';
import { exportPath, pathOf } from '../route/routes';
import { useAddress } from '../route/use-address';
import { useWords } from '../words/use-words';
import { fixed } from '../kit/numerals';

/** GPU memory of a level, against what the person said that there is. */
function MemoryBar({ bytes, unit }: { bytes: number; unit: SizeUnit }) {
  const total = useSettings((s) => s.gpuMemoryBytes);
  const words = useWords().levels;
  const { help } = useWords();
  if (total === null)
    return (
      <span className="n" title={help.memory}>
        {inUnit(bytes, unit)}
      </span>
    );
  const isOver = bytes > total;
  const fit = isOver ? words.tooLarge(megaOrGiga(bytes - total)) : words.fits;
  return (
    <span className={`membar ${isOver ? 'over' : 'fits'}`} title={fit}>
      <span className="meter" aria-hidden="true">
        <i className="m-weights" style={{ width: `${Math.min(100, (100 * bytes) / total)}%` }} />
      </span>
      {inUnit(bytes, unit)}
      <Icon name={isOver ? 'x' : 'check'} />
      <span className="visually">{fit}</span>
    </span>
  );
}

/** Shortest and longest of the bars: a thousandth of a nat, and one nat. */
const barPercent = (kl: number): number =>
  kl === 0 ? 0 : Math.max(3, Math.min(100, (100 * (Math.log10(Math.max(kl, 0.001)) + 3)) / 3));

export interface Loss {
  /** In nats. */
  readonly kl: number;
  /** Of this model; else it is expected, from others. */
  readonly isMeasured: boolean;
}

function LossBar({ kl, isMeasured }: Loss) {
  const words = useWords().levels;
  return (
    <span className={`loss ${isMeasured ? 'done' : ''}`} title={isMeasured ? words.measured : words.expected}>
      <span>
        {isMeasured ? '' : '≈ '}
        {nats(kl)}
      </span>
      <b aria-hidden="true">
        <i style={{ width: `${barPercent(kl)}%` }} />
      </b>
    </span>
  );
}

/** Refused for want of an importance matrix, by llama-quantize's words. */
const needsMatrix = (refusal: string): boolean => /requires an importance matrix/.test(refusal);

/** A level is refused, waiting, running, made, or on the GPU; before that, the words on its use. */
function State({ row }: { row: PlanRow }) {
  const { type } = row;
  const level = useStudio((s) => s.levels[type]);
  const isResident = useStudio((s) => s.memory?.levels.includes(type) ?? false);
  const job = useStudio((s) => (s.job?.level === type ? s.job : null));
  const isWaiting = useStudio((s) => s.job?.waiting.includes(type) ?? false);
  const busy = useStudio((s) => s.job !== null);
  const exported = useStudio((s) => s.exports[type] !== undefined);
  const words = useWords().levels;
  if (row.refusal !== null)
    return (
      <span title={visible(row.refusal)}>
        {needsMatrix(row.refusal) ? words.needsMatrix : <Foreign text={row.refusal} />}
      </span>
    );
  if (job) {
    const share = job.progress ? rateOf(job.progress, performance.now() - job.startedMs).share : 0;
    return (
      <span className="run">
        <span className="meter" aria-hidden="true">
          <i className="fill" style={{ width: `${100 * share}%` }} />
        </span>
        <span>
          <Foreign text={job.progress?.tensor ?? words.running} />
        </span>
      </span>
    );
  }
  if (isWaiting) return words.waiting;
  const more = row.fallbacks.length + row.notes.length;
  return (
    <>
      {isResident ? (
        <>
          <span className="is ok">
            <Icon name="check" />
            {words.onTheGpu}
          </span>{' '}
          <button className="link" type="button" disabled={busy} onClick={() => void releaseLevel(type)}>
            {words.freeMemory}
          </button>
        </>
      ) : (
        <span>{level ? words.made : words.use(type, row.use)}</span>
      )}
      {level && <span className="error"> {words.error(`${fixed(100 * level.error, 3)} %`)}</span>}
      {exported && <span> {words.written}</span>}
      {more > 0 && <span title={[...row.fallbacks, ...row.notes].join('\n')}> {words.notes(more)}</span>}
    </>
  );
}

interface LevelRowProps {
  readonly row: PlanRow;
  readonly unit: SizeUnit;
  /** Null where nothing is known of it. */
  readonly loss: Loss | null;
  /** The first of its group, which is named there. */
  readonly isFirst: boolean;
  /** The one row of the table that Tab reaches; arrows go on from it. */
  readonly isAt: boolean;
  readonly onArrow: (type: string, steps: number) => void;
}

export function LevelRow({ row, unit, loss, isFirst, isAt, onArrow }: LevelRowProps) {
  const { type } = row;
  const isAllowed = row.refusal === null;
  const isChosen = useStudio((s) => s.selected.includes(type)) && isAllowed;
  const blocked = useStudio((s) => s.job !== null || s.noGpu !== null || s.model?.blocked !== null);
  const total = useSettings((s) => s.gpuMemoryBytes);
  const { modelId } = useAddress();
  const { levels: words, help } = useWords();
  const memoryBytes = row.weightBytes + row.runtimeBytes;
  const isOver = total !== null && memoryBytes > total;
  const toExport = exportPath(modelId ?? '', type);
  const chat = () => {
    setRunType(type);
    navigate(pathOf('chat', modelId ?? ''));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>) => {
    const steps = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (steps !== undefined) {
      event.preventDefault();
      onArrow(type, steps);
    } else if (event.target === event.currentTarget && event.key === ' ') {
      event.preventDefault();
      if (isAllowed) toggleLevel(type);
    } else if (event.target === event.currentTarget && event.key === 'Enter') navigate(toExport);
  };
  return (
    <tr
      className={`${isChosen ? 'sel' : ''} ${isAllowed ? '' : 'no refused'} ${isFirst ? 'first' : ''}`}
      data-level={type}
      tabIndex={isAt ? 0 : -1}
      onKeyDown={onKeyDown}
    >
      <td className="c">
        <input
          type="checkbox"
          aria-label={words.choose(type)}
          checked={isChosen}
          disabled={!isAllowed}
          onChange={() => toggleLevel(type)}
        />
      </td>
      <td className="g">{isFirst ? words.group(row.group) : ''}</td>
      <th scope="row" title={row.alias?.name}>
        <Dot family={familyOf(type)} />
        <Foreign text={type} />
      </th>
      <td className="n" data-column="file" title={words.bytes(row.fileBytes)}>
        {inUnit(row.fileBytes, unit)}
      </td>
      <td className="n b" title={help.bits}>
        {fixed(row.bitsPerWeight, 2)}
      </td>
      <td className="m wide">
        <MemoryBar bytes={memoryBytes} unit={unit} />
      </td>
      <td className="n">{loss && <LossBar {...loss} />}</td>
      <td className="st wide">
        <State row={row} />
      </td>
      <td className="n a">
        <span className="act">
          <button
            className="btn quiet icon wide"
            type="button"
            aria-label={words.chatWith(type)}
            disabled={blocked || !isAllowed || isOver}
            onClick={chat}
          >
            <Icon name="chat" />
          </button>
          {isAllowed ? (
            <Link className="btn quiet icon" href={toExport} aria-label={words.download(type)}>
              <Icon name="save" />
            </Link>
          ) : null}
        </span>
      </td>
    </tr>
  );
}

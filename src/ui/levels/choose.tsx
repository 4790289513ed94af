import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import { navigate } from 'wouter/use-hash-location';
import type { Advice, Candidate, Choice, Reason } from '../../store/results/advice-types';
import { lossOf } from '../../store/results/loss';
import { chooseLevels, setRunType } from '../../store/work/actions';
import { Dot, familyOf } from '../kit/family';
import { Icon } from '../kit/icon';
import { gigabytesOf, megaOrGiga, partOf, weights } from '../kit/units';
import { useSettings } from '../kit/use-settings';
import { useStudio } from '../kit/use-studio';
import { exportPath, pathOf } from '../route/routes';
import { useAddress } from '../route/use-address';
import type { Words } from '../words/en';
import { useWords } from '../words/use-words';
import { klOf } from './kl-of';
import type { Choosing } from './use-choice';
import { fixed } from '../kit/numerals';

const SizeLoss = lazy(() => import('./size-loss').then((m) => ({ default: m.SizeLoss })));

function sentence(reason: Reason, words: Words['choose']): string | null {
  switch (reason.code) {
    case 'lessLosesMore':
      return words.lessLosesMore(reason.type, reason.times);
    case 'closerTooLarge':
      return words.closerTooLarge(reason.type, megaOrGiga(reason.overBytes));
    case 'smallerUnsure':
      return words.smallerUnsure(reason.type);
    case 'closestSafe':
      return words.closestSafe;
    case 'tooLarge':
      return words.tooLarge(megaOrGiga(reason.overBytes));
    case 'fewTokens':
      return words.fewTokens(reason.tokens, reason.moreTokens);
    default:
      return null;
  }
}

interface CardProps {
  readonly title: string;
  readonly choice: Choice | null;
  readonly candidates: readonly Candidate[];
  readonly baseBytes: number | null;
  readonly isBest?: boolean;
}

/** A level with the reason to take it, and what it takes. */
function Card({ title, choice, candidates, baseBytes, isBest = false }: CardProps) {
  const { choose: words, help } = useWords();
  const total = useSettings((s) => s.gpuMemoryBytes);
  const busy = useStudio((s) => s.job !== null);
  const cannotRun = useStudio((s) => s.noGpu !== null || s.model?.blocked !== null);
  const { modelId } = useAddress();
  const level = candidates.find((c) => c.type === choice?.type);
  if (!choice || !level)
    return (
      <section className="panel card" aria-label={title}>
        <h2>{title}</h2>
        <p className="why1">{words.none}</p>
      </section>
    );
  const { type, fileBytes, memoryBytes, measured, expected, tokensPerSecond } = level;
  const same = measured ? lossOf(measured).sameTop : expected?.sameTop;
  const why = choice.reasons.map((r) => sentence(r, words)).find((s) => s !== null);
  const tie = choice.tooClose[0];
  const isOver = total !== null && memoryBytes !== null && memoryBytes > total;
  const chat = () => {
    setRunType(type);
    navigate(pathOf('chat', modelId ?? ''));
  };
  return (
    <section className={`panel card ${isBest ? 'best' : ''}`} aria-label={title} data-card={type}>
      <h2>
        {title}
        {baseBytes !== null && (
          <span title={help.smaller}>{words.timesSmaller(fixed(baseBytes / fileBytes, 1))}</span>
        )}
      </h2>
      <p className="who">
        <Dot family={familyOf(type)} />
        <b>{type}</b>
        <span className="fig">{megaOrGiga(fileBytes)}</span>
      </p>
      <p className="why1">{tie ? words.tooClose(type, tie.type) : (why ?? words.byLimit)}</p>
      <dl className="pairs">
        <dt title={help.sameToken}>{words.sameToken}</dt>
        <dd title={help.sameToken}>
          {same === undefined ? words.unknown : words.inHundred(Math.round(100 * same), measured === null)}
        </dd>
        <dt title={help.speed}>{words.speed}</dt>
        <dd title={help.speed}>
          {tokensPerSecond === null ? words.notMeasured : words.tokensPerSecond(tokensPerSecond)}
        </dd>
      </dl>
      <div className="fit">
        {memoryBytes !== null && (
          <p>
            {total === null ? (
              <span title={help.memory}>{words.memory}</span>
            ) : (
              <span className={`is ${isOver ? 'bad' : 'ok'}`} title={help.fits}>
                <Icon name={isOver ? 'x' : 'check'} />
                {isOver ? words.tooLarge(megaOrGiga(memoryBytes - total)) : words.fits}
              </span>
            )}
            <span title={help.memory}>
              {total === null
                ? megaOrGiga(memoryBytes)
                : words.of(partOf(memoryBytes, total), gigabytesOf(total))}
            </span>
          </p>
        )}
      </div>
      <div className="acts">
        <button
          className={`btn ${isBest ? 'main' : ''}`}
          type="button"
          disabled={busy || cannotRun || isOver}
          onClick={chat}
        >
          {words.chat}
        </button>
        <Link className="btn" href={exportPath(modelId ?? '', type)}>
          {words.download}
        </Link>
      </div>
    </section>
  );
}

/** Sizes on a scale of 1000 steps, each as many times larger than the one before. */
const STEPS = 1000;
const bytesAt = (step: number, [min, max]: readonly [number, number]): number =>
  min * (max / min) ** (step / STEPS);

interface DialProps {
  readonly candidates: readonly Candidate[];
  readonly advice: Advice;
}

/** The largest size that a person wants, and the closest level that is no larger. */
function Dial({ candidates, advice }: DialProps) {
  const words = useWords().choose;
  const total = useSettings((s) => s.gpuMemoryBytes);
  const { modelId } = useAddress();
  const known = candidates.filter((c) => klOf(c) !== null);
  const sizes = known.map((c) => c.fileBytes);
  const range = [Math.min(...sizes) * 0.95, Math.max(...sizes) * 1.05] as const;
  const start = advice.recommended ?? advice.closest;
  const startBytes = known.find((c) => c.type === start?.type)?.fileBytes ?? range[1];
  const [step, setStep] = useState<number | null>(null);
  if (known.length < 2) return null;
  const shown = step ?? Math.ceil((STEPS * Math.log(startBytes / range[0])) / Math.log(range[1] / range[0]));
  const limit = bytesAt(shown, range);
  const at = known
    .filter((c) => c.fileBytes <= limit * 1.0001)
    .reduce<Candidate | undefined>((best, c) => (best && klOf(best)! <= klOf(c)! ? best : c), undefined);
  const isExpected = known.some((c) => !c.measured);
  const models = known.find((c) => c.expected)?.expected;
  return (
    <section className="panel dial" aria-labelledby="dial-title">
      <div className="ph">
        <h2 id="dial-title">{words.howLarge}</h2>
        <span className="push" />
        <output className="fig">{megaOrGiga(limit)}</output>
      </div>
      <Suspense fallback={<div className="chart" />}>
        <SizeLoss candidates={known} at={at?.type ?? null} range={range} memoryBytes={total} />
      </Suspense>
      <div className="slide">
        <input
          type="range"
          min={0}
          max={STEPS}
          step={10}
          value={shown}
          style={{ '--at': `${shown / 10}%` } as React.CSSProperties}
          aria-label={words.largest}
          aria-valuetext={words.sizeOf(megaOrGiga(limit), at?.type ?? '')}
          onChange={(e) => setStep(Number(e.currentTarget.value))}
        />
      </div>
      <p className="cap">
        {isExpected && models
          ? words.expectedFrom(
              models.models.length,
              weights(models.parametersRange[0]),
              weights(models.parametersRange[1]),
            )
          : words.measuredHere}{' '}
        {isExpected && <Link href={pathOf('compare', modelId ?? '')}>{words.measureIt}</Link>}{' '}
        {at && (
          <button className="link" type="button" onClick={() => chooseLevels([at.type])}>
            {words.choose(at.type)}
          </button>
        )}
      </p>
    </section>
  );
}

/** The answer before the table: a size to choose by, and three levels with their reasons. */
export function Choose({ candidates, advice, baseBytes, timesTooLarge }: Choosing) {
  const { modelId } = useAddress();
  const words = useWords().choose;
  const card = { candidates, baseBytes };
  // Without a figure there is nothing to choose by but the words in the table.
  if (candidates.every((c) => klOf(c) === null)) return null;
  if (timesTooLarge !== null)
    return (
      <section className="panel card">
        <h2>{words.recommended}</h2>
        <p>{words.measureFirst(timesTooLarge)}</p>
        <p>
          <Link className="btn main" href={pathOf('compare', modelId ?? '')}>
            {words.measureIt}
          </Link>
        </p>
      </section>
    );
  return (
    <div className="choose">
      <Dial candidates={candidates} advice={advice} />
      <div className="cards">
        <Card title={words.smallestSafe} choice={advice.smallestSafe} {...card} />
        <Card title={words.recommended} choice={advice.recommended} isBest {...card} />
        <Card title={words.closest} choice={advice.closest} {...card} />
      </div>
    </div>
  );
}

import { Progress } from 'radix-ui';
import { rateOf } from '../../store/apply-event';
import type { Job } from '../../store/state';
import type { Task } from '../../store/work/task';
import { stop } from '../../store/work/job';
import { visible } from '../../util/foreign-text';
import { Foreign } from '../kit/foreign';
import { megaOrGiga } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import type { Words } from '../words/en';
import { useWords } from '../words/use-words';

interface Detail {
  /** 0 to 1; null while nothing is known. */
  readonly share: number | null;
  readonly rate: string;
  readonly left: string;
  /** The tensor at hand. */
  readonly at: string;
}

function detailOf(job: Job, words: Words['shell']): Detail {
  const nothing = { rate: '', left: '', at: '' };
  if (job.kernels) {
    const { done, total } = job.kernels;
    return { ...nothing, share: done / total, rate: words.kernels(done, total) };
  }
  if (job.run) {
    const { done, total } = job.run;
    return { ...nothing, share: done / total, rate: words.count(done, total) };
  }
  if (!job.progress) return { ...nothing, share: null };
  const rate = rateOf(job.progress, performance.now() - job.startedMs);
  const { tensor, index, count } = job.progress;
  return {
    share: rate.share,
    rate: `${megaOrGiga(rate.bytesPerSecond)}/s`,
    left: rate.share < 1 ? words.left(Math.max(1, Math.round(rate.leftMs / 1000))) : '',
    at: words.tensor(tensor, index + 1, count),
  };
}

/** The sentence of a task; each kind's takes what that kind has. */
const taskName = (task: Task, jobs: Words['jobs']): string =>
  (jobs[task.what] as (task: Task) => string)(task);

/** The running job, in sight of every view: what it is, how far, how long still, and Stop. */
export function JobStatus() {
  const job = useStudio((s) => s.job);
  const all = useWords();
  const words = all.shell;
  if (!job) return null;
  const label = taskName(job.task, all.jobs);
  const { share, rate, left, at } = detailOf(job, words);
  return (
    <section className="job" aria-label={words.job}>
      <span className="name" role="status">
        <Foreign text={label} />
      </span>
      <span className="rate left">{rate}</span>
      <Progress.Root
        className="meter"
        value={share === null ? null : Math.round(share * 100)}
        aria-label={visible(label)}
        title={visible(at)}
      >
        <Progress.Indicator className="fill" asChild>
          <i style={{ width: `${(share ?? 0) * 100}%` }} />
        </Progress.Indicator>
      </Progress.Root>
      <span className="left">{left}</span>
      <span className="visually">{visible(at)}</span>
      <button className="btn stop" type="button" onClick={stop}>
        {words.stop}
      </button>
    </section>
  );
}

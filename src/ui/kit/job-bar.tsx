import { Progress } from 'radix-ui';
import { stop } from '../../store/work/job';
import { rateOf } from '../../store/apply-event';
import type { Job } from '../../store/state';
import { formatBytes } from '../../util/bytes';
import { visible } from '../../util/foreign-text';
import { Foreign } from './foreign';
import { useStudio } from './use-studio';

function detail(job: Job): { share: number | null; text: string } {
  if (job.kernels) {
    const { done, total } = job.kernels;
    return { share: done / total, text: `Preparing kernels, ${done} of ${total}` };
  }
  if (job.run) return { share: job.run.done / job.run.total, text: `${job.run.done} of ${job.run.total}` };
  if (!job.progress) return { share: null, text: '' };
  const rate = rateOf(job.progress, performance.now() - job.startedMs);
  const left = rate.share < 1 ? `, ${Math.max(1, Math.round(rate.leftMs / 1000))} s left` : '';
  const { tensor, index, count } = job.progress;
  return {
    share: rate.share,
    text: `${tensor} (${index + 1} of ${count}), ${formatBytes(rate.bytesPerSecond)}/s${left}`,
  };
}

/** The running job, if of one of these kinds: progress bar, rate, remaining time and a stop button. */
export function JobBar(props: { kinds: readonly Job['kind'][] }) {
  const job = useStudio((s) => (s.job && props.kinds.includes(s.job.kind) ? s.job : null));
  if (!job) return null;
  const { share, text } = detail(job);
  return (
    <div className="job">
      <span role="status">
        <Foreign text={job.label} />
      </span>
      <Progress.Root
        className="bar"
        value={share === null ? null : Math.round(share * 100)}
        aria-label={visible(job.label)}
      >
        <Progress.Indicator className="bar-fill" style={{ width: `${(share ?? 0) * 100}%` }} />
      </Progress.Root>
      <span className="job-detail">
        <Foreign text={text} />
      </span>
      <button type="button" onClick={stop}>
        Stop
      </button>
    </div>
  );
}

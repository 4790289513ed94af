// Files that the system hands over: a person opened one with the installed page.
import { openHandles } from './library';

interface LaunchParams {
  readonly files?: readonly FileSystemHandle[];
}
interface LaunchQueue {
  setConsumer(consumer: (params: LaunchParams) => void): void;
}

/** Opens what the page is launched with, now and while it is open. Browsers that install no pages have no queue. */
export function takeLaunches(from: unknown = globalThis): void {
  const { launchQueue } = from as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    if (files && files.length > 0) void openHandles(files);
  });
}

// Next steps for people whose browser has no WebGPU, or finds no adapter: by browser and system, as user agents name them.

/** The browser family and the system of a user agent. Browsers built on Chromium count as chromium; Edge has other addresses. */
export interface Where {
  readonly browser: 'chromium' | 'edge' | 'firefox' | 'safari';
  readonly system: 'windows' | 'macos' | 'linux' | 'android' | 'ios' | 'chromeos';
}

/** Reads a user agent. On iOS every browser is Safari's engine. */
export function whereOf(userAgent: string): Where {
  const says = (pattern: RegExp) => pattern.test(userAgent);
  const isIos = says(/iPhone|iPad|iPod/);
  const system = isIos
    ? 'ios'
    : says(/Android/)
      ? 'android'
      : says(/CrOS/)
        ? 'chromeos'
        : says(/Windows/)
          ? 'windows'
          : says(/Macintosh|Mac OS X/)
            ? 'macos'
            : 'linux';
  const browser = isIos
    ? 'safari'
    : says(/Firefox\//)
      ? 'firefox'
      : says(/Edg[A-Z]?[a-z]*\//)
        ? 'edge'
        : says(/Chrom(e|ium)\//)
          ? 'chromium'
          : 'safari';
  return { browser, system };
}

const STILL = 'Looking at a model and its plan works without.';

const flag = ({ browser }: Where, name: string): string =>
  `${browser === 'edge' ? 'edge' : 'chrome'}://flags/#${name}`;

/** Next steps without WebGPU. */
export function webGpuHelp(userAgent: string, isSecureContext: boolean): string {
  if (!isSecureContext)
    return `Browsers have WebGPU only on pages that come over https, or from localhost: open this page that way. ${STILL}`;
  const { browser, system } = whereOf(userAgent);
  const help: Record<Where['browser'], string> = {
    chromium: `Update the browser: Chrome has WebGPU from version 113, on Android from 121.`,
    edge: 'Update the browser: Edge has WebGPU from version 113.',
    firefox:
      system === 'windows' || system === 'macos'
        ? 'Update the browser: Firefox has WebGPU from version 141 on Windows, from 147 on Macs with Apple silicon.'
        : 'In about:config set dom.webgpu.enabled to true and load the page again, or use a current Chrome.',
    safari:
      system === 'ios'
        ? 'Update to iOS 26: Safari has WebGPU from version 26, and every browser on iOS is built on it.'
        : 'Update to Safari 26; in earlier versions WebGPU is a switch in Settings, Feature Flags.',
  };
  return `${help[browser]} ${STILL}`;
}

/** Next steps where there is WebGPU, and no adapter. */
export function adapterHelp(userAgent: string): string {
  const where = whereOf(userAgent);
  const { browser, system } = where;
  const settings = browser === 'edge' ? 'edge://settings/system' : 'chrome://settings/system';
  const report = browser === 'edge' ? 'edge://gpu' : 'chrome://gpu';
  const steps = (): string => {
    if (browser === 'firefox')
      return 'In Settings, under Performance, allow hardware acceleration; update the graphics driver; about:support says under Graphics what Firefox blocks and why.';
    if (browser === 'safari')
      return system === 'ios' ? 'Update iOS.' : 'Update macOS, which brings the graphics driver.';
    if (system === 'linux')
      return `Switch on ${flag(where, 'enable-unsafe-webgpu')} and ${flag(where, 'enable-vulkan')} and start the browser again; the driver needs Vulkan 1.1 (vulkaninfo tells). ${report} says what is switched off and why.`;
    if (system === 'android')
      return `WebGPU needs Android 12 and a GPU of Qualcomm, ARM or Imagination; elsewhere ${flag(where, 'enable-unsafe-webgpu')} may help.`;
    return `In ${settings} allow graphics acceleration, update the graphics driver, and start the browser again. Over remote desktop, or with a blocked driver, ${flag(where, 'enable-unsafe-webgpu')} may help; ${report} says what is switched off and why.`;
  };
  return `${steps()} ${STILL}`;
}

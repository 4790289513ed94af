// Debian's Firefox: the extended support release, whose WebGPU is on by a preference.
import { existsSync } from 'node:fs';
import { run } from '../setup.mjs';

const SYSTEM = '/usr/bin/firefox-esr';

/** The Firefox that FIREFOX_PATH names, else the system's, installed where it is missing. Throws an Error without one. */
export function installFirefox() {
  const given = process.env.FIREFOX_PATH;
  if (given && existsSync(given)) return given;
  if (!existsSync(SYSTEM) && existsSync('/usr/bin/apt-get')) {
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    const apt = (...args) => {
      const [command, ...rest] = [...sudo, 'apt-get', ...args];
      return run(command, rest, { DEBIAN_FRONTEND: 'noninteractive' });
    };
    if (apt('update', '-qq'))
      apt('install', '-y', '-qq', '--no-install-recommends', 'firefox-esr', 'libvulkan1');
  }
  if (!existsSync(SYSTEM))
    throw new Error(`there is no Firefox: ${SYSTEM} is missing and could not be installed; set FIREFOX_PATH`);
  return SYSTEM;
}

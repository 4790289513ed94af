// nginx for the test of docs/deploy/nginx.conf: the system's, else Debian's package, unpacked beside the npm packages; it
// installs nothing and starts nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SYSTEM = '/usr/sbin/nginx';
const folder = join(import.meta.dirname, '../../node_modules/.cache/nginx');
const UNPACKED = join(folder, 'tree/usr/sbin/nginx');
const candidates = [process.env.NGINX_PATH, SYSTEM, UNPACKED];

/** The program, where it is there. */
export const findNginx = () => candidates.find((path) => path && existsSync(path));

/** Types of files by their names, of the same nginx. */
export const mimeTypesOf = (nginx) =>
  nginx === UNPACKED ? join(folder, 'tree/etc/nginx/mime.types') : '/etc/nginx/mime.types';

const said = (command, args) => spawnSync(command, args, { cwd: folder, encoding: 'utf8' });

/** Fetches it where it is missing. Without apt it stays missing, and the test that needs it fails. */
export function installNginx() {
  if (findNginx() || !existsSync('/usr/bin/apt-get')) return;
  mkdirSync(folder, { recursive: true });
  const download = () => said('apt-get', ['download', '-qq', 'nginx', 'nginx-common']).status === 0;
  if (!download()) {
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    const [command, ...rest] = [...sudo, 'apt-get', 'update', '-qq'];
    said(command, rest);
    download();
  }
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.deb')))
    said('dpkg', ['-x', name, 'tree']);
}

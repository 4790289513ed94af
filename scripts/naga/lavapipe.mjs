// Mesa's software Vulkan driver, whose WebGPU has what Firefox has. Debian 12's own (Mesa 22.3) compiles the codebook
// searches wrongly, under every WebGPU; the one of its backports is unpacked beside the packages and installs nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../setup.mjs';

const LEAST_MESA = 24;
const PACKAGE = 'mesa-vulkan-drivers';
const SYSTEM = '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json';
const KEY = '/usr/share/keyrings/debian-archive-keyring.gpg';

const said = (command, args, cwd) => {
  const { status, stdout } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
};

function installSystem() {
  if (existsSync(SYSTEM) || !existsSync('/usr/bin/apt-get')) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args];
    return run(command, rest, { DEBIAN_FRONTEND: 'noninteractive' });
  };
  if (apt('update', '-qq')) apt('install', '-y', '-qq', '--no-install-recommends', PACKAGE, 'libvulkan1');
}

/** Unpacks the driver of this Debian's backports; the libraries it needs are those of the system's. */
function unpackNewer() {
  const folder = join(root, 'node_modules/.cache/lavapipe');
  const driver = 'tree/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so';
  const icd = join(folder, 'lavapipe_icd.json');
  if (existsSync(icd) && existsSync(join(folder, driver))) return icd;
  const codename = /^VERSION_CODENAME=(\S+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const target = '$(REPO_URI)';
  const mirror = said('apt-get', ['indextargets', '--format', target, 'Created-By: Packages'])
    .split('\n')
    .find((line) => !line.includes('security'));
  mkdirSync(join(folder, 'lists/partial'), { recursive: true });
  writeFileSync(
    join(folder, 'sources.list'),
    `deb [signed-by=${KEY}] ${mirror} ${codename}-backports main\n`,
  );
  const options = [
    `Dir::Etc::sourcelist=${folder}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${folder}/lists`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  said('apt-get', [...options, 'update', '-qq']);
  said('apt-get', [...options, 'download', '-qq', `${PACKAGE}/${codename}-backports`], folder);
  const deb = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (deb) said('dpkg', ['-x', join(folder, deb), join(folder, 'tree')]);
  if (!existsSync(join(folder, driver))) return undefined;
  const description = {
    file_format_version: '1.0.0',
    ICD: { api_version: '1.4.305', library_path: join(folder, driver) },
  };
  writeFileSync(icd, JSON.stringify(description));
  return icd;
}

/** The description file of a lavapipe that compiles right. Throws an Error without one. */
export function lavapipe() {
  installSystem();
  const version = /^Version: (\S+)/m.exec(said('dpkg', ['-s', PACKAGE]))?.[1];
  const icd = Number.parseInt(version, 10) >= LEAST_MESA ? SYSTEM : unpackNewer();
  if (!icd || !existsSync(icd))
    throw new Error(
      `there is no Mesa ${LEAST_MESA} or later: found "${version || 'none'}", and the backports have none`,
    );
  return icd;
}

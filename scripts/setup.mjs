// Shared by `npm start` and `npm test`: the Node version, the npm packages, a Chromium and a Vulkan driver.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a command with its output shown; returns whether it succeeded. */
export function run(command, args, env = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...env },
  });
  return result.status === 0;
}

/** The same without waiting for it; what it prints comes back in one piece. */
export function runQuietly(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, output: `${output}${error.message}` }));
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

export function must(command, args, env) {
  if (!run(command, args, env)) {
    console.error(`failed: ${command} ${args.join(' ')}`);
    process.exit(1);
  }
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  console.error(`Node ${process.versions.node} is too old: 20.19 or 22.12 and later are needed.`);
  process.exit(1);
}

/** npm packages as the lock file states them, when they are missing or older than it. */
export function installPackages() {
  const stamp = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  must(npm, ['ci', '--no-audit', '--no-fund']);
}

const node22Folder = join(root, 'scripts/node22');
const node22Package = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Node 22 from the npm registry, as the lock file of scripts/node22 states it. */
export const node22 = join(
  node22Folder,
  'node_modules',
  node22Package,
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);
export function installNode22() {
  if (existsSync(node22)) return;
  must(npm, ['ci', '--prefix', node22Folder, '--ignore-scripts', '--no-audit', '--no-fund']);
}

const nativeFolder = join(root, 'scripts/native');

/** llama.cpp as a package of the npm registry, as the lock file of scripts/native states it; built for this platform only. */
export const hasNative = process.platform === 'linux' && process.arch === 'x64';
export function installNative() {
  const stamp = join(nativeFolder, 'node_modules/.package-lock.json');
  const lock = join(nativeFolder, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  // Without what is optional: 85 MB in the place of 725, which are the same for graphics cards. Not `npm ci`: it refuses a
  // lock file without the platforms that a registry leaves out. The versions are those of the lock file here too.
  must(npm, [
    'install',
    '--no-save',
    '--prefix',
    nativeFolder,
    '--omit=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]);
}

const SYSTEM_CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  const system = [given, ...SYSTEM_CHROMIUM].find((path) => path && existsSync(path));
  if (system) return system;
  try {
    const { chromium } = createRequire(import.meta.url)('@playwright/test');
    return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined;
  } catch {
    return undefined;
  }
}

const hasVulkanLoader = () =>
  spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout?.includes('libvulkan.so.1');

/** The system's Chromium, else Debian's package, else Playwright's own; and on Linux the Vulkan loader. */
export function installChromium() {
  const linux = process.platform === 'linux';
  const missing = [];
  if (!findChromium()) missing.push('chromium');
  if (linux && !hasVulkanLoader()) missing.push('libvulkan1');
  if (missing.length > 0 && linux && existsSync('/usr/bin/apt-get')) {
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    const apt = (...args) => {
      const [command, ...rest] = [...sudo, 'apt-get', ...args];
      return run(command, rest, { DEBIAN_FRONTEND: 'noninteractive' });
    };
    if (apt('update', '-qq')) apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
  }
  if (!findChromium()) must('npx', ['playwright', 'install', 'chromium']);
  const chromium = findChromium();
  if (!chromium) {
    console.error('No Chromium could be found or installed. Set CHROMIUM_PATH to one.');
    process.exit(1);
  }
  return chromium;
}

/** Chromium's software Vulkan driver, for Node on Dawn where the machine names none of its own. */
export function softwareVulkan(chromium) {
  const named = process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES;
  if (process.platform !== 'linux' || named) return {};
  const places = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', dirname(chromium)];
  const icd = places.map((dir) => join(dir, 'vk_swiftshader_icd.json')).find((path) => existsSync(path));
  return icd ? { VK_ICD_FILENAMES: icd } : {};
}

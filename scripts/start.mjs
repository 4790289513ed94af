// npm start: installs what is missing, builds, serves on loopback, prints the address and opens it.
import { installPackages, must, requireNode, run } from './setup.mjs';

requireNode();
installPackages();
must('npx', ['vite', 'build', '--logLevel', 'warn']);
const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
const open = hasScreen && !process.env.CI ? ['--open'] : [];
const port = process.env.PORT ? ['--port', process.env.PORT, '--strictPort'] : [];
run('npx', ['vite', 'preview', '--host', '127.0.0.1', ...port, ...open]);

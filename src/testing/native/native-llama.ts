import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const folder = resolve(import.meta.dirname, '../../../scripts/native');

/** A model to follow: all ids that it is fed, of which the first `prompt` are the prompt. */
export interface Follow {
  readonly ids: readonly number[];
  readonly prompt: number;
}

/** llama.cpp's verdict on a file. */
export interface Opened {
  /** gguf_init accepts the header. */
  readonly container: boolean;
  /** llama_model_load accepts the whole. */
  readonly model: boolean;
  /** Warnings and errors; of a process that died, its last words. */
  readonly log: readonly string[];
  /** Greedy id after the prompt, and after each further id. */
  readonly steps?: readonly number[];
  /** Ids that end generation; absent where the vocabulary is refused. */
  readonly ends?: readonly number[];
  /** Signal or exit code of a process that died of the file; it takes no other down. */
  readonly died?: string;
}

const SLOWEST_MS = 60_000;

/**
 * llama.cpp itself, in a child process that is started again when a file kills it. It is a package from the npm registry in
 * a folder of its own (`scripts/native`), which only the lane `native` installs.
 */
export class NativeLlama {
  #child: ChildProcessWithoutNullStreams | undefined;
  #lines: AsyncIterator<string> | undefined;
  #stderr = '';
  #release = '';

  static get isInstalled(): boolean {
    return existsSync(join(folder, 'node_modules/@node-llama-cpp'));
  }

  /** The release of llama.cpp that the package was built from. */
  async release(): Promise<string> {
    await this.#start();
    return this.#release;
  }

  async #start(): Promise<void> {
    if (this.#child) return;
    if (!NativeLlama.isInstalled)
      throw new Error(
        'native llama.cpp is not installed: `npm test -- native` installs it and runs its lane',
      );
    const child = spawn(process.execPath, [join(folder, 'child.mjs')], {
      cwd: folder,
      // A process that dies would call a debugger first.
      env: { ...process.env, GGML_NO_BACKTRACE: '1' },
    });
    this.#child = child;
    this.#stderr = '';
    child.stderr.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString()).slice(-2000);
    });
    child.stdin.on('error', () => {}); // a child that died; #died tells
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await this.#lines.next();
    if (first.done) throw new Error(`native llama.cpp does not start: ${this.#stderr}`);
    this.#release = (JSON.parse(first.value) as { release: string }).release;
  }

  /** Has a file opened, and followed if asked. A file that kills the process is an answer, too. */
  open(path: string, follow?: Follow): Promise<Opened> {
    return this.#ask({ path, follow });
  }

  /** Has the header of a file read by gguf_init, and of the other files of a split as well; `model` is false. */
  header(path: string): Promise<Opened> {
    return this.#ask({ path, headerOnly: true });
  }

  /** Has the ids below `count` looked at that end generation in a file's vocabulary; `model` is false. */
  ends(path: string, count: number): Promise<Opened> {
    return this.#ask({ path, ends: count });
  }

  async #ask(request: object): Promise<Opened> {
    await this.#start();
    const child = this.#child!;
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const tooSlow = setTimeout(() => child.kill('SIGKILL'), SLOWEST_MS);
    try {
      const line = await this.#lines!.next();
      return line.done ? await this.#died(child) : (JSON.parse(line.value) as Opened);
    } finally {
      clearTimeout(tooSlow);
    }
  }

  async #died(child: ChildProcessWithoutNullStreams): Promise<Opened> {
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((done) => child.once('exit', done));
    this.#child = undefined;
    return {
      container: false,
      model: false,
      log: this.#stderr.trim().split('\n').slice(-3),
      died: child.signalCode ?? `exit ${child.exitCode}`,
    };
  }

  close(): void {
    this.#child?.kill();
    this.#child = undefined;
  }
}

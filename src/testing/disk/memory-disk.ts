// An origin private file system and Web Locks in memory, which a test can kill at any write, flush or truncation.

/** Thrown by everything once the tab is dead. */
export class Killed extends Error {}

interface Content {
  bytes: Uint8Array<ArrayBuffer>;
  /** A power cut leaves at least these. */
  flushedBytes: number;
  open: number;
}
const notFound = (name: string) => new DOMException(`${name} is not there.`, 'NotFoundError');
const locked = () => new DOMException('The file is open.', 'NoModificationAllowedError');

class MemoryFile {
  readonly kind = 'file';
  readonly name: string;
  readonly disk: MemoryDisk;
  folder: MemoryFolder;
  constructor(name: string, disk: MemoryDisk, folder: MemoryFolder) {
    this.name = name;
    this.disk = disk;
    this.folder = folder;
  }
  get #content(): Content {
    const content = this.folder.contents.get(this.name);
    if (!content) throw notFound(this.name);
    return content;
  }
  async getFile(): Promise<File> {
    this.disk.alive();
    return new File([this.#content.bytes.slice()], this.name);
  }
  async move(to: MemoryFolder, name: string): Promise<void> {
    this.disk.step();
    const content = this.#content;
    if (content.open > 0) throw locked();
    this.folder.contents.delete(this.name);
    to.contents.set(name, content);
  }
  async createSyncAccessHandle({ mode = 'readwrite' } = {}): Promise<object> {
    const { disk } = this;
    disk.alive();
    const content = this.#content;
    const unsafe = mode === 'readwrite-unsafe' && disk.hasUnsafe;
    if (content.open > 0 && !unsafe) throw locked();
    content.open++;
    let isOpen = true;
    const use = () => {
      disk.alive();
      if (!isOpen) throw new DOMException('The handle is closed.', 'InvalidStateError');
    };
    const resize = (sizeBytes: number) => {
      const bytes = new Uint8Array(sizeBytes);
      bytes.set(content.bytes.subarray(0, sizeBytes));
      content.bytes = bytes;
    };
    return {
      read(into: Uint8Array, { at }: { at: number }) {
        use();
        const part = content.bytes.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      write(bytes: Uint8Array, { at }: { at: number }) {
        use();
        const put = (count: number) => {
          if (at + count > content.bytes.length) resize(at + count);
          content.bytes.set(bytes.subarray(0, count), at);
          content.flushedBytes = Math.min(content.flushedBytes, at);
          return count;
        };
        // A tab that is killed in a write leaves a part of it.
        if (disk.step(() => put(Math.floor(bytes.length * disk.partOfLast)))) return 0;
        const room = disk.roomBytes - disk.usedBytes() + Math.max(0, content.bytes.length - at);
        return put(Math.max(0, Math.min(bytes.length, room)));
      },
      truncate(sizeBytes: number) {
        use();
        disk.step();
        resize(sizeBytes);
        content.flushedBytes = Math.min(content.flushedBytes, sizeBytes);
      },
      getSize() {
        use();
        return content.bytes.length;
      },
      flush() {
        use();
        disk.step();
        content.flushedBytes = content.bytes.length;
      },
      close() {
        if (!isOpen) return;
        isOpen = false;
        content.open--;
      },
    };
  }
}

class MemoryFolder {
  readonly kind = 'directory';
  readonly folders = new Map<string, MemoryFolder>();
  readonly contents = new Map<string, Content>();
  readonly disk: MemoryDisk;
  constructor(disk: MemoryDisk) {
    this.disk = disk;
  }
  async getDirectoryHandle(name: string, { create = false } = {}): Promise<MemoryFolder> {
    this.disk.alive();
    const found = this.folders.get(name) ?? (create ? new MemoryFolder(this.disk) : undefined);
    if (!found) throw notFound(name);
    this.folders.set(name, found);
    return found;
  }
  async getFileHandle(name: string, { create = false } = {}): Promise<MemoryFile> {
    this.disk.alive();
    if (!this.contents.has(name)) {
      if (!create) throw notFound(name);
      this.contents.set(name, { bytes: new Uint8Array(0), flushedBytes: 0, open: 0 });
    }
    return new MemoryFile(name, this.disk, this);
  }
  async removeEntry(name: string): Promise<void> {
    this.disk.alive();
    const content = this.contents.get(name);
    const folder = this.folders.get(name);
    if (!content && !folder) throw notFound(name);
    if ([...(content ? [content] : folder!.all())].some(({ open }) => open > 0)) throw locked();
    this.contents.delete(name);
    this.folders.delete(name);
  }
  *all(): Generator<Content> {
    yield* this.contents.values();
    for (const folder of this.folders.values()) yield* folder.all();
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<[string, MemoryFolder | MemoryFile]> {
    yield* this.folders;
    for (const name of this.contents.keys()) yield [name, new MemoryFile(name, this.disk, this)];
  }
}

interface Held {
  readonly name: string;
  readonly mode: LockMode;
}

export class MemoryDisk {
  readonly root = new MemoryFolder(this);
  /** Chromium's mode that opens a file twice. */
  hasUnsafe = true;
  roomBytes = Number.POSITIVE_INFINITY;
  /** Steps that are left to the tab. */
  stepsLeft = Number.POSITIVE_INFINITY;
  /** Share of the last write that reaches the disk, 0 to 1. */
  partOfLast = 0;
  #held: Held[] = [];

  alive(): void {
    if (this.stepsLeft < 0) throw new Killed('the tab is dead');
  }
  /** A step that changes the disk; `last` runs in its place when the tab is killed in it. */
  step(last?: () => void): boolean {
    this.alive();
    if (this.stepsLeft-- > 0) return false;
    last?.();
    throw new Killed('the tab was killed');
  }
  usedBytes(): number {
    return [...this.root.all()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
  /** Another tab comes after the dead one. A power cut takes a share of what was not flushed. */
  revive({ lostShare = 0 } = {}): void {
    this.stepsLeft = Number.POSITIVE_INFINITY;
    this.#held = [];
    for (const content of this.root.all()) {
      content.open = 0;
      const unflushed = content.bytes.length - content.flushedBytes;
      content.bytes = content.bytes.slice(0, content.bytes.length - Math.ceil(unflushed * lostShare));
      // By the time that another tab is there, the system has written back what survived.
      content.flushedBytes = content.bytes.length;
    }
  }
  /** The part of `navigator` that a worker keeps files by. */
  get navigator(): object {
    const storage = {
      getDirectory: async () => {
        this.alive();
        return this.root;
      },
      estimate: async () => ({ usage: this.usedBytes(), quota: this.roomBytes }),
    };
    return { storage, locks: this.locks };
  }
  /** Web Locks without waiting: a lock that is taken is asked for again until it is free. */
  readonly locks = {
    request: async (
      name: string,
      a: { mode?: LockMode; ifAvailable?: boolean } | ((lock: object) => unknown),
      b?: (lock: object | null) => unknown,
    ): Promise<unknown> => {
      const options = typeof a === 'function' ? {} : a;
      const work = (typeof a === 'function' ? a : b) as (lock: object | null) => unknown;
      const { mode = 'exclusive', ifAvailable = false } = options;
      const free = () =>
        !this.#held.some((h) => h.name === name && (mode === 'exclusive' || h.mode === 'exclusive'));
      if (ifAvailable && !free()) return work(null);
      while (!free()) await new Promise((resolve) => setTimeout(resolve));
      const held = { name, mode };
      this.#held.push(held);
      try {
        return await work(held);
      } finally {
        this.#held = this.#held.filter((h) => h !== held);
      }
    },
    query: async () => ({ held: [...this.#held], pending: [] }),
  };
}

import type { ByteSource } from '../files/byte-source';
import { cachedSource } from '../files/hub/block-cache';
import type { HubSource } from '../files/hub/hub';
import { NibbleError } from '../util/errors';
import { hubLock, NOTHING_HELD, tryHold } from './disk/locks';
import { type ClosableStore, deleteDownload, noteFetched, openPrivateStore } from './private-store';

const isWeights = ({ path }: HubSource): boolean => /\.(safetensors|gguf)$/.test(path);

/** The open hub model; its fetched blocks are cached in the origin private file system, if the browser allows it. */
export class Downloads {
  #repository = '';
  #stores: ClosableStore[] = [];
  #release = NOTHING_HELD;

  /** `use` gets the cached sources; the previous model's stores are closed when it succeeds. */
  async open<T>(
    files: readonly HubSource[],
    { repository, address }: { repository: string; address: string },
    use: (files: readonly ByteSource[]) => Promise<T>,
  ): Promise<T> {
    // Browsers that open a file once: reopening a model must close the old one first.
    if (repository === this.#repository) this.close();
    const release = (await tryHold(hubLock(repository), 'shared')) ?? NOTHING_HELD;
    const stores: ClosableStore[] = [];
    const sources: ByteSource[] = [];
    for (const file of files) {
      const store = await openPrivateStore(repository, file.path, file.version, file.sizeBytes).catch(
        () => undefined,
      );
      if (store) stores.push(store);
      sources.push(store ? cachedSource(file, store) : file);
    }
    try {
      const result = await use(sources);
      this.close();
      [this.#stores, this.#repository, this.#release] = [stores, repository, release];
      const weights = files
        .filter(isWeights)
        .map(({ path, version, sizeBytes }) => ({ path, version, sizeBytes }));
      // Without storage nothing is cached, and there is nothing to note.
      await noteFetched(repository, { address, files: weights }).catch(() => {});
      return result;
    } catch (error) {
      for (const store of stores) store.close();
      await release();
      throw error;
    }
  }
  close(): void {
    for (const store of this.#stores) store.close();
    void this.#release();
    [this.#stores, this.#repository, this.#release] = [[], '', NOTHING_HELD];
  }
  async delete(repository: string): Promise<void> {
    if (repository === this.#repository)
      throw new NibbleError(`${repository} is open.`, 'Open another model first, then delete it.');
    await deleteDownload(repository);
  }
}

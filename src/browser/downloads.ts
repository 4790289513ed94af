import type { ByteSource } from '../files/byte-source';
import { cachedSource } from '../files/hub/block-cache';
import type { HubSource } from '../files/hub/hub';
import { type ClosableStore, deleteDownload, openPrivateStore } from './private-store';
import { NibbleError } from '../util/errors';

/** The open hub model; its fetched blocks are cached in the origin private file system, if the browser allows it. */
export class Downloads {
  #repository = '';
  #stores: ClosableStore[] = [];

  /** `use` gets the cached sources; the previous model's stores are closed when it succeeds. */
  async open<T>(
    files: readonly HubSource[],
    repository: string,
    use: (files: readonly ByteSource[]) => Promise<T>,
  ): Promise<T> {
    // A file allows one access handle: reopening a model must close the old one first.
    if (repository === this.#repository) this.close();
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
      this.#stores = stores;
      this.#repository = repository;
      return result;
    } catch (error) {
      for (const store of stores) store.close();
      throw error;
    }
  }
  close(): void {
    for (const store of this.#stores) store.close();
    this.#stores = [];
    this.#repository = '';
  }
  async delete(repository: string): Promise<void> {
    if (repository === this.#repository)
      throw new NibbleError(`${repository} is open.`, 'Open another model first, then delete it.');
    await deleteDownload(repository);
  }
}

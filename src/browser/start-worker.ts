/**
 * Starts a module worker: the one place of the page, and of its workers, where that is done.
 *
 * @param url - Of the built script, as an import with `?worker&url` gives it.
 * @param name - Appears in developer tools; the script reads it as `self.name`.
 */
export const startWorker = (url: string, name: string): Worker => new Worker(url, { type: 'module', name });

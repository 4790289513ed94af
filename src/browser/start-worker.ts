/** Bootstraps by the script that they import. Few and small, so they stay. */
const bootstraps = new Map<string, string>();

function bootstrapOf(script: string): string {
  const known = bootstraps.get(script);
  if (known !== undefined) return known;
  const code = new Blob([`import ${JSON.stringify(script)};\n`], { type: 'text/javascript' });
  const made = URL.createObjectURL(code);
  bootstraps.set(script, made);
  return made;
}

/** True on a page, and in a worker that came by a bootstrap itself. */
const handsOnItsPolicy = (): boolean => 'document' in globalThis || location.protocol === 'blob:';

/**
 * Starts a module worker: the one place of the page, and of its workers, where that is done.
 *
 * A worker that is fetched over http has the content security policy of its own answer's headers, and no other; on a
 * server that sends none it has none, whatever the page's meta tag says. A worker of a blob inherits the policy of
 * whoever starts it. So the page starts a blob that imports the script, and its workers do the same for theirs. The
 * script is the same module under the same address, and relative imports and `import.meta.url` are as ever; only
 * `location` is the blob's.
 *
 * In the worker of somebody else's page, which that page started by its script, workers start likewise: a policy of that
 * page need not allow blobs.
 *
 * @param url - Of the built script, as an import with `?worker&url` gives it.
 * @param name - Appears in developer tools; the script reads it as `self.name`.
 */
export function startWorker(url: string, name: string): Worker {
  const script = new URL(url, location.origin).href;
  return new Worker(handsOnItsPolicy() ? bootstrapOf(script) : script, { type: 'module', name });
}

// Injected before a page's own scripts: measures the time between frames. `__longestFrameMs()` returns the maximum and
// resets it.
(() => {
  let longest = 0;
  let last = performance.now();
  const next = () => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  globalThis.__longestFrameMs = () => {
    const found = Math.max(longest, performance.now() - last);
    longest = 0;
    return found;
  };
})();

const intervalMs = 500;

/**
 * Notices the death of the parent where stdin does not end with it, since another process holds the other end too.
 * Windows leaves a process the number of its dead parent; there the end of stdin is all that tells.
 */
export function whenOrphaned(orphaned: () => void): void {
  const { ppid } = process;
  // Whoever begins as an orphan has nobody to lose.
  if (ppid === 1) return;
  setInterval(() => {
    if (process.ppid !== ppid) orphaned();
  }, intervalMs).unref();
}

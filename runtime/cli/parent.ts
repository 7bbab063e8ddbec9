const intervalMs = 500;

/**
 * Notices the death of the parent when stdin stays open because another process holds its other end.
 * Windows keeps the id of a dead parent; there only the end of stdin tells.
 */
export function whenOrphaned(orphaned: () => void): void {
  const { ppid } = process;
  // Already adopted by init at the start, so that no change of the parent can tell its death.
  if (ppid === 1) return;
  setInterval(() => {
    if (process.ppid !== ppid) orphaned();
  }, intervalMs).unref();
}

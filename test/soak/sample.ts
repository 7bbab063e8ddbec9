/** What a process holds at a moment. */
import { readdirSync } from 'node:fs';

export interface Sample {
  readonly atMs: number;
  /** Resident, as the system counts. */
  readonly rssMb: number;
  readonly heapMb: number;
  /** Outside of the heap, array buffers included. */
  readonly externalMb: number;
  readonly sockets: number;
  readonly timers: number;
  /** File descriptors; 0 where the system does not tell. */
  readonly files: number;
}

/** Collects garbage first, where Node was started with `--expose-gc`. */
export function takeSample(): Sample {
  globalThis.gc?.();
  const active = process.getActiveResourcesInfo();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    atMs: performance.now(),
    rssMb: rss / 2 ** 20,
    heapMb: heapUsed / 2 ** 20,
    externalMb: external / 2 ** 20,
    sockets: active.filter(isSocket).length,
    timers: active.filter(name => name === 'Timeout').length,
    files: countFiles(),
  };
}

export function isSocket(name: string): boolean {
  return name === 'TCPSocketWrap' || name === 'TCPServerWrap';
}

function countFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

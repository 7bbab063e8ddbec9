/** Opens the workspace of a kernel once in a process. */
import { endianness } from 'node:os';
import type { Kernel } from '../contract/suite.js';

/**
 * @param open throws where Node may not compile or gets no memory, and where the processor has no vectors
 * @returns a function that opens it with its first call, so that no start waits for it; it answers nothing where it
 *   cannot be opened
 */
export function openedOnce<Workspace>(open: (kernel: Kernel) => Workspace): (kernel: Kernel) => Workspace | undefined {
  let opened: { readonly workspace: Workspace | undefined } | undefined;
  const tryToOpen = (kernel: Kernel): Workspace | undefined => {
    // The kernels' words have their lowest byte first.
    if (endianness() === 'BE') return undefined;
    try {
      return open(kernel);
    } catch {
      return undefined;
    }
  };
  return kernel => {
    opened ??= { workspace: tryToOpen(kernel) };
    return opened.workspace;
  };
}

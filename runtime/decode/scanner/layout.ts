/** The kernel's memory layout; a test compares it with the compiled kernel. */

import { longestSymbol } from '../../symbols/symbol-table.js';
import { columns } from '../event-list.js';

export const wordBytes = Int32Array.BYTES_PER_ELEMENT;

/** Where the kernel writes how many events have no symbol, or one that is not a string. */
export const malformedAt = 0;
/** Where the table of channels begins. */
export const tableAt = 64;
export const entryBytes = 40;
export const mostEntries = 100;
/** Where a frame begins. */
export const frameAt = tableAt + mostEntries * entryBytes;
/** Bytes after a frame that may be overwritten or read. */
export const slackBytes = 64;
export const rowBytes = columns * wordBytes;
/** How many words are written for each symbol at most: their count, then its spelling. */
export const spellingCells = 1 + longestSymbol / wordBytes + 1;
/** The kernel's answer for a frame that it is not sure of. */
export const unsure = -1;

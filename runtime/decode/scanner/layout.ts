/** Where things lie in the memory of the kernel; a test compares it with what the compiled kernel says. */

import { longestSymbol } from '../../symbols/symbol-table.js';
import { columns } from '../event-list.js';

export const wordBytes = Int32Array.BYTES_PER_ELEMENT;

/** Where the kernel says how many events have no symbol that is a text. */
export const malformedAt = 0;
/** Where the table of channels begins. */
export const tableAt = 64;
export const entryBytes = 40;
export const mostEntries = 100;
/** Where a frame begins. */
export const frameAt = tableAt + mostEntries * entryBytes;
/** So many bytes behind a frame are overwritten or read. */
export const slackBytes = 64;
export const rowBytes = columns * wordBytes;
/** How many words are written for each symbol at most: their count, then its spelling. */
export const spellingCells = 1 + longestSymbol / wordBytes + 1;
/** What the kernel answers for a frame of which it is not sure. */
export const unsure = -1;

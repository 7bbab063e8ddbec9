/** The memory layout of the kernel that reads numbers; a test compares it with the compiled kernel. */

/** Where ten to the power of 0, 1, 2 ... begins, as doubles. */
export const powersAt = 64;
export const powers = 16;
/** Where the effects of codes begin: of each below `codes`, then of all others. */
export const effectsTableAt = powersAt + powers * Float64Array.BYTES_PER_ELEMENT;
export const codes = 256;
/** Where the table of channels begins. */
export const tableAt = 512;
export const mostEntries = 100;
export const headBytes = 32;
export const placeBytes = 16;
/** Of keys in an entry: a power of two. */
export const places = 64;
export const entryBytes = headBytes + places * placeBytes;
/** Of a message in the list: where it begins and ends, and the address of its channel's entry. */
export const messageBytes = 12;
/** Bytes after the messages that may be overwritten or read. */
export const slackBytes = 64;
/** Of what the kernel leaves to JavaScript: number of the message, and of the cell; where it begins and ends. */
export const restBytes = 16;
/** In place of the number of a cell: the whole message is left. */
export const wholeMessage = 0xffff_ffff;
export const listSlot = 31;
export const mostDigits = 15;

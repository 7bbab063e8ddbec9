/** The narrow door for generated code: everything that it may use, and nothing else. */

export { main } from './cli/main.js';
export type { Channel, Market, Suite, Tool } from './contract/contract.js';
export { wire } from './decode/wire.js';

/** The narrow door for generated code: everything that it may use, and nothing else. */
export type { Channel, Market, Suite, Tool } from './contract.js';
export { main } from './main.js';
export { wire } from './wire.js';

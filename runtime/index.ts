/** The narrow door for generated code: everything that it may use, and nothing else. */

export { main } from './cli/main.js';
export type { Channel } from './contract/channel.js';
export type { Codes } from './contract/codes.js';
export type { Calendar, Market } from './contract/market.js';
export type {
  Operation,
  OperationColumn,
  OperationGroup,
  OperationParameter,
  OperationTool,
} from './contract/operation.js';
export type { Suite, Toolset } from './contract/suite.js';
export type { MarketTool } from './contract/tool.js';
export { wire } from './decode/wire.js';

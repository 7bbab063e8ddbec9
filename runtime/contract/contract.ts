export type * from './channel.js';
export type * from './market.js';
export type * from './suite.js';
export type * from './tool.js';

import type { ErrorCode } from '../../runtime/core/errors.js';

const all: Readonly<Record<ErrorCode, true>> = {
  NO_API_KEY: true,
  ENDPOINT_NOT_ALLOWED: true,
  INVALID_CHANNEL: true,
  CHANNELS_REJECTED: true,
  ALREADY_STARTED: true,
  NOT_STARTED: true,
  CONNECT_FAILED: true,
  AUTH_FAILED: true,
  AUTH_TIMEOUT: true,
  PLAN_NO_WEBSOCKET: true,
  PLAN_NOT_REALTIME: true,
  NOT_AUTHORIZED: true,
  READ_ONLY: true,
  NOT_SERVED: true,
  LIMIT_EXCEEDED: true,
  MAX_CONNECTIONS: true,
  BAD_CURSOR: true,
  BAD_CONDITION: true,
  INVALID_ARGUMENT: true,
  NOT_ENTITLED: true,
  NOT_FOUND: true,
  RATE_LIMITED: true,
  UPSTREAM_ERROR: true,
  STOPPED: true,
  INTERNAL: true,
};

export const errorCodes = Object.keys(all) as readonly ErrorCode[];

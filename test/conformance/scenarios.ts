/** Which scenarios of the MCP conformance suite the server is put through, and why not through the others. */

export interface Scenario {
  readonly name: string;
  /** Protocol versions under which it is run. */
  readonly versions: readonly string[];
  /** Checks that cannot pass here, and why. */
  readonly unless?: Readonly<Record<string, string>>;
}

const sessions = '2025-11-25';
const stateless = '2026-07-28';
const both = [sessions, stateless];

const needsTool = 'needs a tool that only a server made for the suite has';

export const scenarios: readonly Scenario[] = [
  { name: 'server-initialize', versions: [sessions] },
  { name: 'server-session-lifecycle', versions: [sessions] },
  { name: 'ping', versions: [sessions] },
  { name: 'completion-complete', versions: both },
  { name: 'tools-list', versions: both },
  { name: 'resources-list', versions: both },
  { name: 'prompts-list', versions: both },
  { name: 'server-sse-multiple-streams', versions: both },
  { name: 'dns-rebinding-protection', versions: both },
  {
    name: 'server-stateless',
    versions: [stateless],
    unless: {
      'sep-2575-server-rejects-undeclared-capability': needsTool,
      'sep-2575-missing-capability-http-400': needsTool,
      'sep-2575-http-server-no-independent-requests-on-stream': needsTool,
      'sep-2575-server-no-log-without-loglevel': needsTool,
    },
  },
  { name: 'caching', versions: [stateless] },
  { name: 'http-header-validation', versions: [stateless] },
  { name: 'sep-2164-resource-not-found', versions: [stateless] },
  { name: 'input-required-result-missing-input-response', versions: [stateless] },
  { name: 'input-required-result-unsupported-methods', versions: [stateless] },
  { name: 'input-required-result-ignore-extra-params', versions: [stateless] },
  { name: 'input-required-result-validate-input', versions: [stateless] },
];

const fixtures = 'calls tools, reads resources or gets prompts that only a server made for the suite has';
const extension = 'belongs to an extension that the server does not offer';

/** By the beginning of the name. */
export const leftOut: Readonly<Record<string, string>> = {
  'tools-call-': fixtures,
  'json-schema-2020-12': fixtures,
  'elicitation-': fixtures,
  'resources-read-': fixtures,
  'resources-templates-read': fixtures,
  'resources-subscribe': 'subscribes to a resource of the suite; what cannot be read cannot be subscribed to here',
  'resources-unsubscribe': 'subscribes to a resource of the suite; what cannot be read cannot be subscribed to here',
  'prompts-get-': fixtures,
  'input-required-result-': 'asks for input in the middle of a call, which no tool of this server does',
  'http-custom-header-server-validation': 'needs a tool whose arguments travel in headers; there is none',
  'server-sse-polling': 'resumes interrupted answers, which is optional; a cursor does the same here',
  'logging-set-level': 'the server declares no logging, which the protocol has deprecated',
  'sep-2640-skills-': extension,
  'tasks-': extension,
};

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
/** The versions that are judged: the newest with sessions, and the one without. */
export const both = [sessions, stateless];

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

/** The other scenarios of the suite, by name, and why they are left out. */
export const leftOut: readonly { readonly why: string; readonly names: readonly string[] }[] = [
  {
    why: 'calls tools, reads resources or gets prompts that only a server made for the suite has',
    names: [
      'tools-call-simple-text',
      'tools-call-image',
      'tools-call-audio',
      'tools-call-embedded-resource',
      'tools-call-mixed-content',
      'tools-call-with-logging',
      'tools-call-error',
      'tools-call-with-progress',
      'tools-call-sampling',
      'tools-call-elicitation',
      'json-schema-2020-12',
      'elicitation-sep1034-defaults',
      'elicitation-sep1330-enums',
      'resources-read-text',
      'resources-read-binary',
      'resources-templates-read',
      'prompts-get-simple',
      'prompts-get-with-args',
      'prompts-get-embedded-resource',
      'prompts-get-with-image',
    ],
  },
  {
    why: 'subscribes to a resource of the suite; what cannot be read cannot be subscribed to here',
    names: ['resources-subscribe', 'resources-unsubscribe'],
  },
  {
    why: 'asks for input in the middle of a call, which no tool of this server does',
    names: [
      'input-required-result-basic-elicitation',
      'input-required-result-basic-sampling',
      'input-required-result-basic-list-roots',
      'input-required-result-request-state',
      'input-required-result-multiple-input-requests',
      'input-required-result-multi-round',
      'input-required-result-non-tool-request',
      'input-required-result-result-type',
      'input-required-result-tampered-state',
      'input-required-result-capability-check',
    ],
  },
  {
    why: 'needs a tool whose arguments travel in headers; there is none',
    names: ['http-custom-header-server-validation'],
  },
  {
    why: 'resumes interrupted answers, which is optional; a cursor does the same here',
    names: ['server-sse-polling'],
  },
  {
    why: 'the server declares no logging, which the protocol has deprecated',
    names: ['logging-set-level'],
  },
  {
    why: 'belongs to an extension that the server does not offer',
    names: [
      'sep-2640-skills-directory',
      'sep-2640-skills-enumeration',
      'sep-2640-skills-manifest',
      'tasks-lifecycle',
      'tasks-capability-negotiation',
      'tasks-wire-fields',
      'tasks-request-state-removal',
      'tasks-mrtr-input',
      'tasks-request-headers',
      'tasks-dispatch-and-envelope',
      'tasks-status-notifications',
      'tasks-required-task-error',
      'tasks-mrtr-composition',
    ],
  },
];

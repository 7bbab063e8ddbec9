/** What a tool answers: JSON with snake_case keys. */
export type Answer = Readonly<Record<string, unknown>>;

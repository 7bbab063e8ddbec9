/** Puts a value under a name in which a dot nests: `bid.price`. */
export function place(target: Record<string, unknown>, name: string, value: unknown): void {
  const dot = name.indexOf('.');
  if (dot < 0) {
    target[name] = value;
    return;
  }
  const outer = name.slice(0, dot);
  target[outer] ??= {};
  (target[outer] as Record<string, unknown>)[name.slice(dot + 1)] = value;
}

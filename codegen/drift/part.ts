/** The description cannot be fetched or understood. */
export class DescriptionError extends Error {
  override readonly name = 'DescriptionError';
}

const deepest = 100;

/** A part of the document. Follows `$ref`; its errors say where the part stands. */
export class Part {
  private readonly value: unknown;

  constructor(
    private readonly root: unknown,
    value: unknown,
    readonly path = 'the description',
    private readonly depth = 0,
  ) {
    if (depth > deepest) throw new DescriptionError(`${path} is nested too deeply, or refers to itself`);
    this.value = this.follow(value);
  }

  has(key: string): boolean {
    return this.object()[key] !== undefined;
  }

  get(key: string): Part {
    if (!this.has(key)) throw new DescriptionError(`${this.path} should have ${key}, but has not`);
    return this.child(key, this.object()[key]);
  }

  entries(): [string, Part][] {
    return Object.entries(this.object()).map(([key, value]) => [key, this.child(key, value)]);
  }

  items(): Part[] {
    if (!Array.isArray(this.value)) throw this.fault('a list');
    return this.value.map((value, index) => this.child(String(index), value));
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.fault('a text');
    return this.value;
  }

  /** The value itself, whatever it is. */
  plain(): unknown {
    return this.value;
  }

  /** Its description, or an empty text. */
  words(): string {
    return this.has('description') ? this.get('description').text() : '';
  }

  private object(): Readonly<Record<string, unknown>> {
    if (!isObject(this.value)) throw this.fault('an object');
    return this.value;
  }

  private child(key: string, value: unknown): Part {
    return new Part(this.root, value, `${this.path} > ${key}`, this.depth + 1);
  }

  private fault(expected: string): DescriptionError {
    const found = this.value === null ? 'null' : Array.isArray(this.value) ? 'a list' : typeof this.value;
    return new DescriptionError(`${this.path} should be ${expected}, but is ${found}`);
  }

  private follow(value: unknown): unknown {
    if (!isObject(value) || typeof value.$ref !== 'string') return value;
    let target = new Part(this.root, this.root, this.path, this.depth + 1);
    for (const step of value.$ref.replace(/^#\//, '').split('/')) target = target.get(step);
    return target.value;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where a value stands in an object, spelled as Kubernetes spells it: `spec.containers[0].env[name]`. Immutable. */
export class FieldPath {
  readonly #parent: FieldPath | undefined;
  readonly #segment: string;

  private constructor(parent: FieldPath | undefined, segment: string) {
    this.#parent = parent;
    this.#segment = segment;
  }

  /** The object itself; its children print without a leading dot. */
  static readonly root = new FieldPath(undefined, '');

  static of(first: string, ...rest: readonly string[]): FieldPath {
    return rest.reduce((path, name) => path.child(name), FieldPath.root.child(first));
  }

  child(...names: readonly string[]): FieldPath {
    return names.reduce<FieldPath>((path, name) => new FieldPath(path, name), this);
  }

  index(position: number): FieldPath {
    return new FieldPath(this, `[${position}]`);
  }

  key(key: string): FieldPath {
    return new FieldPath(this, `[${key}]`);
  }

  toString(): string {
    const before = this.#parent?.toString() ?? '';
    return before === '' || this.#segment.startsWith('[') ? before + this.#segment : `${before}.${this.#segment}`;
  }
}

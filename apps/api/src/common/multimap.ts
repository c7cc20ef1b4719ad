/** Several values under one key, each at most once. Thousands of keys have one value: that one is held without a set around it. */
export class Multimap<V extends object> {
  private readonly held = new Map<string, V | Set<V>>();
  private keyCame: (key: string) => void = () => {};
  private keyWent: (key: string) => void = () => {};

  /** Told when a key gets its first value, and when it has lost its last one. */
  onKeys(came: (key: string) => void, went: (key: string) => void): void {
    this.keyCame = came;
    this.keyWent = went;
  }

  has(key: string): boolean {
    return this.held.has(key);
  }

  get size(): number {
    return this.held.size;
  }

  keys(): Iterable<string> {
    return this.held.keys();
  }

  add(key: string, value: V): void {
    const before = this.held.get(key);
    if (before instanceof Set) before.add(value);
    else if (before === undefined) {
      this.held.set(key, value);
      this.keyCame(key);
    } else if (before !== value) this.held.set(key, new Set([before, value]));
  }

  delete(key: string, value: V): void {
    const before = this.held.get(key);
    if (before instanceof Set) {
      before.delete(value);
      const [last] = before;
      if (before.size === 1 && last) this.held.set(key, last);
    } else if (before === value) {
      this.held.delete(key);
      this.keyWent(key);
    }
  }

  /** Of this key; none where there is none. */
  forEach(key: string, visit: (value: V) => void): void {
    const values = this.held.get(key);
    if (values instanceof Set) for (const value of values) visit(value);
    else if (values !== undefined) visit(values);
  }

  /** Forgets the key, and visits what was under it. */
  take(key: string, visit: (value: V) => void): void {
    const values = this.held.get(key);
    if (this.held.delete(key)) this.keyWent(key);
    if (values instanceof Set) for (const value of values) visit(value);
    else if (values !== undefined) visit(values);
  }
}

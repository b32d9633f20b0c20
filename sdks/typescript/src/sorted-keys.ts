/** Whole numbers in ascending order, for books whose best prices change most: those are at the beginning. */
export class SortedKeys {
  readonly #keys: bigint[] = [];

  get size(): number {
    return this.#keys.length;
  }

  first(): bigint | undefined {
    return this.#keys[0];
  }

  /** Return the first `count`. */
  best(count: number): bigint[] {
    return this.#keys.slice(0, count);
  }

  all(): readonly bigint[] {
    return this.#keys;
  }

  clear(): void {
    this.#keys.length = 0;
  }

  /** Insert a key that is not there. */
  insert(key: bigint): void {
    this.#keys.splice(this.#place(key), 0, key);
  }

  /** Remove a key that is there. */
  remove(key: bigint): void {
    const at = this.#place(key);
    if (this.#keys[at] === key) this.#keys.splice(at, 1);
  }

  #place(key: bigint): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as bigint) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

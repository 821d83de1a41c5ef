/** Octets that are kept for a while, without keeping everything that was read together with them. */

/** A slice of at least this is kept as it is; smaller ones are copied into blocks of their own. */
const smallest = 1024;
const blockSize = 64 * 1024;

export class KeptOctets {
  #block = Buffer.alloc(0);
  #used = 0;

  /** Adds to the pieces of a body; what comes octet by octet becomes one piece all the same. */
  add(pieces: Buffer[], slice: Buffer): void {
    if (slice.length >= smallest) {
      pieces.push(slice);
      return;
    }
    if (slice.length > this.#block.length - this.#used) {
      this.#block = Buffer.allocUnsafeSlow(blockSize);
      this.#used = 0;
    }
    const from = this.#growing(pieces.at(-1)) ?? this.#used;
    this.#used += slice.copy(this.#block, this.#used);
    const piece = this.#block.subarray(from, this.#used);
    if (from + slice.length === this.#used) pieces.push(piece);
    else pieces[pieces.length - 1] = piece;
  }

  /** Where the last piece begins, if it ends where the next one will be copied to. */
  #growing(last: Buffer | undefined): number | undefined {
    if (last === undefined || last.buffer !== this.#block.buffer) return undefined;
    return last.byteOffset + last.length === this.#used ? last.byteOffset : undefined;
  }
}

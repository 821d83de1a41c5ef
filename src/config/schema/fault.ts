/** Something wrong in the configuration, by key path, before its place in the file is known. */

export interface Fault {
  readonly path: readonly string[];
  /** A whole sentence that names the key. */
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly suggestion?: string | undefined;
  /** Which end of the pair to point at. */
  readonly at: 'key' | 'value';
}

/** The key as people write it in a sentence. */
export function quoted(path: readonly string[]): string {
  return path.length === 0 ? 'the file' : `\`${path.join('.')}\``;
}

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

/** A fault at a key of one account. */
export type Say = (path: readonly string[], message: string, remedy?: string) => Fault;

export function sayer(name: string): Say {
  return (path, message, remedy) => {
    const full = ['accounts', name, ...path];
    return { path: full, message: `${quoted(full)} ${message}`, remedy, at: 'value' };
  };
}

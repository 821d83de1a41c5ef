/** Who besides the owner may read or use the mail of an account; kept and checked, applied to its folders by later versions. */

/** `write` includes `read`: it also changes flags, moves, deletes and files. */
export type AccessRight = 'read' | 'write';

export interface AccessEntry {
  readonly kind: 'user' | 'group';
  /** Name of the user or group on this machine. */
  readonly name: string;
  readonly rights: AccessRight;
}

export interface AccessList {
  /** Its key under `accessLists`. */
  readonly name: string;
  readonly entries: readonly AccessEntry[];
}

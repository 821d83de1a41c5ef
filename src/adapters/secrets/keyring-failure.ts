/** Why the keyring did not do what it was asked, in words for people. */

import { printable } from '../../wire/printable.ts';

/** `why` stands after a colon: `it is locked`. */
export class KeyringFailure extends Error {
  readonly why: string;
  /** It had to be ended at its deadline. */
  readonly isSilent: boolean;

  constructor(why: string, isSilent = false) {
    super(why);
    this.name = 'KeyringFailure';
    this.why = why;
    this.isSilent = isSilent;
  }
}

/** What the library says, as seen with version 2.1.2, gnome-keyring, and without either bus or service. */
const known: readonly (readonly [RegExp, string])[] = [
  [/dismissed|locked/i, 'it is locked'],
  [/autolaunch|session_bus_address|failed to connect|connection refused/i, 'no session bus here'],
  [/serviceunknown|not provided by any|name has no owner/i, 'no keyring service on this session'],
  [/no result found/i, 'it has no default keyring to keep passwords in'],
];

export function whyNot(said: string): string {
  const found = known.find(([pattern]) => pattern.test(said));
  return found?.[1] ?? `it says: ${printable(said)}`;
}

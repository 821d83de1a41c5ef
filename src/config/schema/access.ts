/** Named lists of those who may read or use the mail of an account besides its owner. */
import * as z from 'zod';
import { accountNamePattern } from '../../core/account/account-name.ts';
import * as value from './values.ts';

/** As useradd(8) and directory services have them (`anna`, `EXAMPLE\anna`, `anna@example.org`), but nothing that an ACL's text form divides. */
const principal = /^[^\s:,/\u0000-\u001f\u007f-][^\s:,/\u0000-\u001f\u007f]{0,63}$/u;

const principalError = 'must be the name of a user or group of this machine';
const name = (description: string): z.ZodString =>
  z
    .string({ error: principalError })
    .regex(principal, { error: principalError })
    .describe(description);

const rights = value.choice(
  ['read', 'write'],
  'read: list and read the mail; write: also change flags, move, delete and file it.',
);

const entryError =
  'must be { user: NAME, rights: read } or { group: NAME, rights: read }, the rights read or write';

const entry = z.union(
  [
    z.strictObject({ user: name('A user of this machine.'), rights }),
    z.strictObject({ group: name('A group of this machine.'), rights }),
  ],
  { error: entryError },
);

export const accessLists = z
  .record(
    z.string().regex(accountNamePattern),
    z.array(entry, { error: 'must be a list of users and groups with their rights' }),
    { error: 'must be a mapping of names to lists' },
  )
  .describe('Lists of users and groups that `access` of an account can name.');

export type AccessListEntry = z.infer<typeof entry>;

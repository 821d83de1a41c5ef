/** Where a password is to be kept, and the password itself where posthorn keeps it. */

import { valueFault } from '../../../config/schema/check-value.ts';
import type { PasswordEntry } from '../../../config/schema/schema.ts';
import { printable } from '../../../printable.ts';
import type { Wizard } from '../context.ts';
import { ownValue, withSecret, withValue, whole, type Draft } from '../draft.ts';
import { typedPath } from './kinds.ts';
import type { Choice } from '../questions.ts';

/** Whose password: a server's, or that of the certificate's file. */
export type PasswordOwner = 'incoming' | 'outgoing' | 'certificate';

type Place = 'keyring' | 'stored' | 'command' | 'env' | 'file' | 'credential';

/** What cron and systemd can reach is said here, since nobody thinks of it before it fails at night. */
const places: readonly Choice<Place>[] = [
  {
    value: 'keyring',
    short: 'kept in the keyring',
    name: 'typed now, kept in the keyring of the desktop',
    description: 'Open while you are logged in; out of reach for cron, and for systemd at boot.',
  },
  {
    value: 'stored',
    short: 'kept in a file',
    name: 'typed now, kept in a file that you alone can read',
    description: 'Mode 0600 below your home. Within reach of cron and systemd.',
  },
  {
    value: 'command',
    short: 'printed by a command',
    name: 'a command prints it (a password manager)',
    description: 'For instance: pass show mail/work. Cron and systemd reach it if it asks nobody.',
  },
  {
    value: 'file',
    short: 'in a file of yours',
    name: 'the first line of a file of yours',
    description: 'Read each time. Within reach of cron and systemd.',
  },
  {
    value: 'env',
    short: 'in an environment variable',
    name: 'an environment variable',
    description: 'Cron and systemd need it in their own environment.',
  },
  {
    value: 'credential',
    short: 'a credential of systemd',
    name: 'a credential of systemd',
    description: 'For the daemon as a service: LoadCredential= of its unit.',
  },
];

export interface PasswordWords {
  /** Whose it is, for the question: `anna@example.org`, `the certificate`. */
  readonly of: string;
  /** `App password` where the provider wants one. */
  readonly what: string;
}

/** Asks for the place first: for some there is no password to type. */
export async function askPasswordOf(
  wizard: Wizard,
  draft: Draft,
  owner: PasswordOwner,
  words: PasswordWords,
): Promise<Draft> {
  const { questions } = wizard;
  const present = placeOf(passwordEntry(draft, owner));
  const { answers, why } = await wizard.keyring();
  const choices = places.map((each) =>
    each.value === 'keyring' && !answers ? { ...each, disabled: why ?? 'none answers here' } : each,
  );
  const usual = answers ? 'keyring' : 'stored';
  const place = await questions.choose<Place | null>(
    `${words.what} of ${printable(words.of)}:`,
    present === undefined ? choices : [...choices, asItIs(draft, owner)],
    present ?? usual,
  );
  return place === null ? draft : takeFrom(wizard, draft, owner, place, words);
}

/** A way back for somebody who only wanted to look; a command that is a list can be kept by no other answer. */
function asItIs(draft: Draft, owner: PasswordOwner): Choice<null> {
  const text = passwordText(draft, owner);
  return { value: null, short: text, name: `as it is: ${text}` };
}

async function takeFrom(
  wizard: Wizard,
  draft: Draft,
  owner: PasswordOwner,
  place: Place,
  words: PasswordWords,
): Promise<Draft> {
  if (place === 'keyring' || place === 'stored')
    return typePassword(wizard, draft, owner, place, words);
  const present = referenceIn(passwordEntry(draft, owner), place);
  const answer = await wizard.questions.text({
    message: `${referenceWords[place]}:`,
    value: present,
    fault: (typed) => valueFault(`${owner}.password`, { [place]: typed }),
  });
  const without = withSecret(draft, owner, null);
  const isPath = place === 'file' && answer !== present;
  const kept = isPath ? typedPath(answer, wizard.cwd) : answer;
  return withValue(without, `${owner}.password`, { [place]: kept });
}

const referenceWords = {
  command: 'Command line',
  file: 'Path of the file',
  env: 'Name of the variable',
  credential: 'Name of the credential',
} as const;

/** Typed anew, kept where it is kept now. */
export async function typePassword(
  { questions }: Wizard,
  draft: Draft,
  owner: PasswordOwner,
  place: 'keyring' | 'stored',
  { what }: PasswordWords,
): Promise<Draft> {
  for (;;) {
    const secret = await questions.secret(`${what}:`);
    const fault = secretFault(secret);
    if (fault === null) {
      const given = {
        owner: { accountId: draft.id, server: owner },
        secret,
        place: place === 'keyring' ? ('keyring' as const) : ('file' as const),
      };
      const kept = withValue(draft, `${owner}.password`, { [place]: true });
      return withSecret(kept, owner, given);
    }
    questions.say(fault);
  }
}

function secretFault(secret: string): string | null {
  if (secret === '') return 'The password is empty.';
  return /\p{Cc}/u.test(secret) ? 'A password is one line of plain text.' : null;
}

export function passwordEntry(draft: Draft, owner: PasswordOwner): PasswordEntry | undefined {
  const own = ownValue(draft, `${owner}.password`);
  return (own ?? whole(draft)[owner]?.password) as PasswordEntry | undefined;
}

export function placeOf(entry: PasswordEntry | undefined): Place | undefined {
  return entry === undefined ? undefined : (Object.keys(entry)[0] as Place);
}

/** What was said before, to be kept by Return; a command may be a list, which is no line to edit. */
function referenceIn(entry: PasswordEntry | undefined, place: Place): string | undefined {
  const value = (entry as Readonly<Record<string, unknown>> | undefined)?.[place];
  return typeof value === 'string' ? value : undefined;
}

/** Where it comes from, for the list of what is set; a command may hold a secret of its own. */
export function passwordText(draft: Draft, owner: PasswordOwner): string {
  const entry = passwordEntry(draft, owner);
  const isNew = draft.secrets.some((each) => each.owner.server === owner);
  switch (placeOf(entry)) {
    case undefined:
      return 'none';
    case 'keyring':
      return isNew ? 'typed, will be kept in the keyring' : 'kept in the keyring';
    case 'stored':
      return isNew ? 'typed, will be kept in a file' : 'kept in a file';
    case 'command':
      return 'printed by a command';
    default: {
      const place = placeOf(entry) ?? 'file';
      const words = { env: 'variable', file: 'file', credential: 'credential' } as const;
      return `${words[place as keyof typeof words]} ${referenceIn(entry, place) ?? ''}`;
    }
  }
}

/** `entry.json`: an outbox entry as text, and back with nothing taken on trust. */

import type {
  FilingIntent,
  OutboxEntry,
  OutboxRecipient,
  OutboxState,
} from '../../core/outbox/entry.ts';

const version = 1;

/** Names both a folder and an entry, so nothing but letters and digits: no path leaves the outbox. */
export function isEntryId(id: string): boolean {
  return /^[a-z0-9]{1,64}$/.test(id);
}

/** Indented: a person may have to read it. */
export function entryText(entry: OutboxEntry): Buffer {
  return Buffer.from(`${JSON.stringify({ version, ...entry }, null, 2)}\n`);
}

/** Throws an Error that says what is wrong with it. */
export function parseEntry(octets: Buffer, id: string): OutboxEntry {
  const found = new Fields(JSON.parse(octets.toString('utf8')), 'the entry');
  const written = found.number('version');
  if (written !== version) throw new Error(`it is of version ${written}, not ${version}`);
  const entry = {
    id: found.text('id'),
    accountId: found.text('accountId'),
    from: found.text('from'),
    recipients: found.list('recipients').map(recipientOf),
    messageId: found.text('messageId'),
    subject: found.text('subject'),
    size: found.number('size'),
    state: oneOf(states, found.text('state')),
    createdAt: found.number('createdAt'),
    ...(found.has('triedSince') ? { triedSince: found.number('triedSince') } : {}),
    attempts: found.number('attempts'),
    nextAttempt: found.number('nextAttempt'),
    lastError: found.textOrNull('lastError'),
    saveSent: found.flag('saveSent'),
    filing: filingOf(found.value('filing')),
  };
  if (entry.id !== id) throw new Error(`it says that it is ${JSON.stringify(entry.id)}`);
  return entry;
}

const states: readonly OutboxState[] = [
  ...(['queued', 'sending', 'uncertain'] as const),
  ...(['sent', 'failed', 'held'] as const),
];
const statuses: readonly OutboxRecipient['status'][] = ['open', 'accepted', 'refused'];

function recipientOf(value: unknown): OutboxRecipient {
  const found = new Fields(value, 'a recipient');
  return {
    address: found.text('address'),
    status: oneOf(statuses, found.text('status')),
    reply: found.textOrNull('reply'),
  };
}

function filingOf(value: unknown): FilingIntent | null {
  if (value === null) return null;
  const found = new Fields(value, 'filing');
  return { folder: found.text('folder'), uidNext: found.number('uidNext') };
}

function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((each) => each === text);
  if (found === undefined)
    throw new Error(`${JSON.stringify(text)} is none of ${known.join(', ')}`);
  return found;
}

/** An object of which each field is looked at before it is believed. */
class Fields {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #what: string;

  constructor(value: unknown, what: string) {
    if (typeof value !== 'object' || value === null) throw new Error(`${what} is no object`);
    this.#object = value as Readonly<Record<string, unknown>>;
    this.#what = what;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  value(name: string): unknown {
    if (!Object.hasOwn(this.#object, name)) throw new Error(`${this.#what} has no "${name}"`);
    return this.#object[name];
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== 'string') throw this.#wrong(name);
    return value;
  }

  textOrNull(name: string): string | null {
    return this.value(name) === null ? null : this.text(name);
  }

  number(name: string): number {
    const value = this.value(name);
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#wrong(name);
    return value;
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== 'boolean') throw this.#wrong(name);
    return value;
  }

  list(name: string): readonly unknown[] {
    const value = this.value(name);
    if (!Array.isArray(value)) throw this.#wrong(name);
    return value;
  }

  #wrong(name: string): Error {
    return new Error(`"${name}" of ${this.#what} is not what it must be`);
  }
}

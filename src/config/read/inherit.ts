/** What an account inherits from `defaults`: mappings are merged key by key, everything else is replaced. */
import { defined } from '../../defined.ts';
import type { AccountEntry, FileEntry } from '../schema/schema.ts';
import type { SyncEntry } from '../schema/sync.ts';

type Mapping = Readonly<Record<string, unknown>>;
type Defaults = NonNullable<FileEntry['defaults']>;

/** One source of a password replaces the other: merged, they would be two. */
const whole = new Set(['password']);

export function inherit(defaults: Defaults, own: AccountEntry): AccountEntry {
  const base = fitting(defaults, own.type ?? defaults.type ?? 'imap');
  return merge(replaced(base, own), own) as AccountEntry;
}

/** Without what a source of the account's own takes the place of: merged, there would be two. */
function replaced(defaults: Defaults, own: AccountEntry): Defaults {
  const { signature, template, certificate, ...rest } = defaults;
  const { file: _file, text: _text, ...others } = signature ?? {};
  const sources = [own.template, own.signature?.file, own.signature?.text];
  const isOwn = sources.some((each) => each !== undefined);
  return {
    ...rest,
    signature: isOwn ? others : signature,
    template: isOwn ? undefined : template,
    certificate: own.certificate?.file === undefined ? certificate : undefined,
  };
}

/** Defaults are written for accounts of both types; what belongs to the other type passes this one by. */
function fitting(defaults: Defaults, type: 'imap' | 'pop3'): Defaults {
  return {
    ...defaults,
    ...defined({
      incoming: defaults.incoming && fittingIncoming(defaults.incoming, type),
      sync: defaults.sync && fittingSync(defaults.sync, type),
    }),
  };
}

function fittingIncoming(
  incoming: NonNullable<Defaults['incoming']>,
  type: 'imap' | 'pop3',
): Defaults['incoming'] {
  const { idle, backgroundSync, createSystemFolders, maxConnections, leaveOnServer, ...both } =
    incoming;
  const ofImap = { idle, backgroundSync, createSystemFolders, maxConnections };
  return { ...both, ...(type === 'imap' ? ofImap : { leaveOnServer }) };
}

/** What deletes at POP3 is said by the account itself, or by the word that POP3 alone has: `delete`. */
function fittingSync(sync: SyncEntry, type: 'imap' | 'pop3'): SyncEntry {
  const { onLocalDelete, maxSize, ...ofImap } = sync;
  if (type === 'imap') return onLocalDelete === 'delete' ? defined({ ...ofImap, maxSize }) : sync;
  const isKnown = onLocalDelete === 'delete' || onLocalDelete === 'keep';
  return defined({ maxSize, onLocalDelete: isKnown ? onLocalDelete : undefined });
}

/** Key by key; what `over` says wins. */
export function merge(base: Mapping, over: Mapping): Mapping {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    const both = isMapping(below) && isMapping(value) && !whole.has(key);
    if (value !== undefined) result[key] = both ? merge(below, value) : value;
  }
  return result;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

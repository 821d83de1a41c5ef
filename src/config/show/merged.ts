/** The configuration as posthorn understands it: defaults filled in, each value with where it comes from. Pure. */
import { dirname } from 'node:path';
import type { Account, OutgoingServer } from '../../core/account/account.ts';
import { formatDuration } from '../../core/account/duration.ts';
import { usualSync } from '../../core/account/policy/sync-settings.ts';
import type { Settings } from '../../core/account/settings.ts';
import type { Config } from '../read/config.ts';
import { below, dataOf, type Data } from '../edit/edit.ts';
import { inherit } from '../read/inherit.ts';
import { flattened } from '../edit/key-changes.ts';
import type { Origin } from './origin.ts';
import { withoutEmptySections } from '../read/resolve-file.ts';
import { pathPattern } from '../schema/values.ts';
import { configJsonSchema, type AccountEntry, type FileEntry } from '../schema/schema.ts';
import { expandPath, type PathContext } from '../read/settings.ts';

/** Values and origins of one mapping of the file, the keys dotted and in the order of the schema. */
export interface Merged {
  readonly values: ReadonlyMap<string, unknown>;
  readonly origins: ReadonlyMap<string, Origin | 'options'>;
}

export interface MergedConfig {
  readonly defaultAccount: string | undefined;
  readonly options: Merged;
  /** By NAME, in the order of the file. */
  readonly accounts: ReadonlyMap<string, Merged>;
}

/** Stands for a command line, which may hold a secret. */
export const notShown = '…';

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly pattern?: string;
}

/** `text` is the text of a configuration that holds, `names` the accounts that are wanted of it. */
export function mergedConfig(text: string, config: Config, names: readonly string[]): MergedConfig {
  const data = withoutEmptySections(dataOf(text)) as Data;
  const { properties = {} } = configJsonSchema() as SchemaNode;
  const context = { folder: dirname(config.path), home: config.location.home };
  const options = ordered(properties['options'], context);
  const account = ordered(properties['accounts']?.additionalProperties, context);
  const merge = (name: string): Merged =>
    account(...accountValues(data, name, config.accounts.get(name)));
  const { defaultAccount } = config;
  return {
    defaultAccount: names.includes(defaultAccount ?? '') ? defaultAccount : undefined,
    options: options(flattened(below(data, 'options')), builtInOptions(config.settings), 'options'),
    accounts: new Map(names.map((name) => [name, merge(name)])),
  };
}

type Values = ReadonlyMap<string, unknown>;

function accountValues(
  data: Data,
  name: string,
  account: Account | undefined,
): [Values, Values, 'account', Values] {
  const own = below(below(data, 'accounts'), name);
  const { defaults = {} } = data as FileEntry;
  const inherited = flattened(inherit(defaults, { type: account?.type } as AccountEntry) as Data);
  // The type was only said so that what belongs to the other one passes by.
  if (defaults.type === undefined) inherited.delete('type');
  const builtIn = account === undefined ? {} : builtInKeys(account);
  return [flattened(own), flattened(builtIn), 'account', inherited];
}

/** What stands nearer wins; a password, a list and a text are one value each. */
function ordered(node: SchemaNode | boolean | undefined, context: PathContext) {
  const schema = typeof node === 'object' ? flatSchema(node) : new Map<string, SchemaNode>();
  return (own: Values, builtIn: Values, origin: 'account' | 'options', inherited?: Values) => {
    const values = new Map<string, unknown>();
    const origins = new Map<string, Origin | 'options'>();
    for (const [key, { pattern }] of schema) {
      const [source, from] = own.has(key)
        ? ([own, origin] as const)
        : inherited?.has(key) === true
          ? ([inherited, 'defaults'] as const)
          : ([builtIn, 'built-in'] as const);
      if (!source.has(key)) continue;
      values.set(key, shown(key, source.get(key), pattern === pathPattern.source, context));
      origins.set(key, from);
    }
    return { values, origins };
  };
}

/** Dotted keys to what the schema says of them; a password is one value. */
function flatSchema(node: SchemaNode, prefix = ''): Map<string, SchemaNode> {
  const pairs = Object.entries(node.properties ?? {}).flatMap(
    ([key, each]): [string, SchemaNode][] =>
      each.properties === undefined
        ? [[`${prefix}${key}`, each]]
        : [...flatSchema(each, `${prefix}${key}.`)],
  );
  return new Map(pairs);
}

/** A path means the same wherever the text is read. */
function shown(key: string, value: unknown, isPath: boolean, context: PathContext): unknown {
  if (isPath && typeof value === 'string') return expandPath(value, context);
  if (!isPassword(key) || typeof value !== 'object' || value === null) return value;
  if ('command' in value) return { ...value, command: notShown };
  return 'file' in value ? { ...value, file: expandPath(String(value.file), context) } : value;
}

export function isPassword(key: string): boolean {
  return key.split('.').at(-1) === 'password';
}

function builtInOptions(settings: Settings): Values {
  const { suspendAfterMs, trashRetentionMs: _none, ...same } = settings;
  const suspendAfter = suspendAfterMs === 0 ? 0 : formatDuration(suspendAfterMs);
  return new Map(Object.entries({ ...same, suspendAfter }));
}

/** What the account is set to where neither it nor the defaults of the file say anything. */
function builtInKeys(account: Account): Data {
  const { label, type, enabled, receive, send, saveSent, path, incoming, outgoing } = account;
  return {
    ...{ label, type, enabled, receive, send, saveSent, path },
    incoming: incoming === undefined ? undefined : builtInIncoming(account, incoming),
    sync: incoming === undefined ? undefined : builtInSync(type),
    outgoing: outgoing === undefined ? undefined : builtInOutgoing(outgoing),
  };
}

function builtInIncoming({ type }: Account, incoming: NonNullable<Account['incoming']>): Data {
  const { port, security, auth, username, allowInsecure, intervalMs, ...others } = incoming;
  const { idle, maxConnections } = others;
  const interval = intervalMs === null ? 'never' : formatDuration(intervalMs);
  const ofType = type === 'imap' ? { idle, maxConnections } : { leaveOnServer: true };
  return { port, security, auth, username, allowInsecure, interval, ...ofType };
}

/** Without limits and patterns, of which there are none. */
function builtInSync(type: Account['type']): Data {
  const { direction, onLocalDelete, onRemoteDelete } = usualSync[type];
  return { ...(type === 'imap' ? { direction } : {}), onLocalDelete, onRemoteDelete };
}

/** With `same` no name of its own may stand there; `own` is said by one, and said outright it would mean more. */
function builtInOutgoing(outgoing: OutgoingServer): Data {
  const { port, security, credentials, auth, username, allowInsecure } = outgoing;
  const login = credentials === 'own' ? { username } : { credentials };
  return { port, security, ...login, auth, allowInsecure };
}

/** What zod finds, in the words of the configuration file. */
import type * as z from 'zod';
import { quoted, type Fault } from './fault.ts';
import { knownKeys, nearest } from './nearest.ts';

/** `raw` is what was checked: its values are quoted where they cannot be a secret. */
export function faultsOf(error: z.ZodError, raw: unknown): Fault[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    // A bad NAME is reported with its rule, see names.
    if (issue.code === 'invalid_key' && path[0] === 'accounts' && path.length === 2) return [];
    if (issue.code === 'invalid_key') return [badKey(path)];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
    return [
      {
        path,
        message: `${quoted(path)} ${issue.message}${issue.code === 'custom' ? '' : seen(issue.message, path, valueAt(raw, path))}`,
        at: 'value' as const,
      },
    ];
  });
}

/** The other mappings whose keys people choose: header names of a rule, names of access lists. */
function badKey(path: readonly string[]): Fault {
  const rule =
    path[0] === 'accessLists'
      ? 'must be 1 to 64 small letters, digits, dots, dashes or underscores, a letter or digit first'
      : 'must be the name of a header: printable ASCII without blank and colon';
  return { path, message: `the key ${quoted(path)} ${rule}`, at: 'key' };
}

function unknownKey(parent: readonly string[], key: string): Fault {
  const known = knownKeys(parent);
  const suggestion = nearest(key, known);
  const place = parent.length === 0 ? '' : ` in ${quoted(parent)}`;
  return {
    path: [...parent, key],
    message: `unknown key \`${key}\`${place}`,
    suggestion,
    remedy: `Known here: ${known.join(', ')}.`,
    at: 'key',
  };
}

function valueAt(raw: unknown, path: readonly string[]): unknown {
  let value = raw;
  for (const key of path)
    value = isMapping(value) || Array.isArray(value) ? Object(value)[key] : undefined;
  return value;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Keys whose values are words or numbers of ours; elsewhere a secret may have been written by mistake. */
const harmless = new Set([
  ...[
    'version',
    'port',
    'security',
    'auth',
    'interval',
    'idle',
    'leaveOnServer',
    'allowInsecure',
    'credentials',
  ],
  ...['type', 'enabled', 'receive', 'send', 'saveSent', 'layout', 'maxFailures', 'suspendAfter'],
  ...['maxLoginFailures', 'sendImmediately', 'trashRetention'],
  ...['backgroundSync', 'createSystemFolders', 'onReply', 'match', 'rights', 'over', 'under'],
  ...['maxConnections', 'direction', 'onLocalDelete', 'onRemoteDelete', 'maxSize', 'maxAge'],
  ...['subscribed'],
]);

function seen(message: string, path: readonly string[], value: unknown): string {
  if (value === null) return ', but is empty';
  if (Array.isArray(value)) return ', not a list';
  // Where a mapping is right by itself, something within it is wrong.
  if (typeof value === 'object') return message.includes('{') ? '' : ', not a mapping';
  if (!harmless.has(path.at(-1) ?? '')) return '';
  if (typeof value === 'string') return value.length > 40 ? '' : `, not ${JSON.stringify(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `, not ${String(value)}` : '';
}

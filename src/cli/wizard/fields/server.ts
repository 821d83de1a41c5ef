/** How the two servers are reached and recognised. */

import { usualPort } from '../../../config/read/resolve-account.ts';
import type { AccountEntry } from '../../../config/schema/schema.ts';
import type { Security } from '../../../core/account/account.ts';
import { inheritedValue, ownValue, whole, withValue, type Draft } from '../draft.ts';
import { flagField, presentText, textField, type Field } from './kinds.ts';
import type { Questions } from '../questions.ts';

export type Side = 'incoming' | 'outgoing';

export function receives(entry: AccountEntry): boolean {
  return entry.receive !== false;
}

export function sends(entry: AccountEntry): boolean {
  return entry.send !== false;
}

export function isImap(entry: AccountEntry): boolean {
  return receives(entry) && entry.type !== 'pop3';
}

export function isPop3(entry: AccountEntry): boolean {
  return receives(entry) && entry.type === 'pop3';
}

export function serverFields(side: Side): Field[] {
  const applies = side === 'incoming' ? receives : sends;
  const file = (key: string, label: string, otherwise: string): Field =>
    textField({
      key: `${side}.tls.${key}`,
      label,
      otherwise,
      applies,
      hint: 'a PEM file',
      isPath: true,
    });
  return [
    textField({ key: `${side}.host`, label: 'Host', applies, hint: 'name of the server' }),
    securityField(side),
    portField(side),
    file('ca', 'Authority', 'those of the system'),
    textField({
      key: `${side}.tls.fingerprint`,
      label: 'Pinned certificate',
      otherwise: 'none',
      applies,
      hint: 'its SHA-256; no other is accepted then',
    }),
    file('cert', 'Client certificate', 'none'),
    file('key', 'Its private key', 'none'),
    flagField({
      key: `${side}.allowInsecure`,
      label: 'Password in clear',
      builtIn: false,
      applies: (entry) => applies(entry) && entry[side]?.security === 'none',
      yes: 'it may leave unencrypted, for everybody on the way to read',
      no: 'it leaves unencrypted for this machine alone',
    }),
  ];
}

export function portOf(side: Side, entry: AccountEntry): number {
  const security = entry[side]?.security ?? 'tls';
  return entry[side]?.port ?? usualPortOf(side, entry, security);
}

export function usualPortOf(side: Side, entry: AccountEntry, security: Security): number {
  const service = side === 'outgoing' ? 'smtp' : (entry.type ?? 'imap');
  return usualPort(service, security);
}

function portField(side: Side): Field {
  const { applies, ...field } = textField({
    key: `${side}.port`,
    label: 'Port',
    otherwise: (entry) =>
      `${String(usualPortOf(side, entry, entry[side]?.security ?? 'tls'))}, by the security`,
    applies: side === 'incoming' ? receives : sends,
    parse: (answer) => (/^\d+$/.test(answer) ? Number(answer) : answer),
  });
  return { ...field, applies };
}

const securityWords: Readonly<Record<Security, string>> = {
  tls: 'TLS from the start',
  starttls: 'STARTTLS: upgraded before anything is said, or not at all',
  none: 'none: in clear',
};

function securityField(side: Side): Field {
  const key = `${side}.security`;
  const show = (value: unknown): string => String(value);
  return {
    key,
    label: 'Security',
    applies: side === 'incoming' ? receives : sends,
    text: (draft) => presentText(draft, key, 'tls', show),
    ask: ({ questions }, draft) => askSecurity(questions, draft, side),
  };
}

/** The default port follows in front of the person; a port that was given stays. */
export async function askSecurity(questions: Questions, draft: Draft, side: Side): Promise<Draft> {
  const entry = whole(draft);
  const choices = (['tls', 'starttls', 'none'] as const).map((value) => ({
    value,
    short: value,
    name: `${securityWords[value]} (port ${String(usualPortOf(side, entry, value))})`,
  }));
  const before = entry[side]?.security ?? 'tls';
  const chosen = await questions.choose('Security:', choices, before);
  const otherwise = inheritedValue(draft, `${side}.security`) ?? 'tls';
  const changed = withValue(draft, `${side}.security`, chosen === otherwise ? undefined : chosen);
  if (chosen !== before) questions.say(portLine(side, draft, changed));
  return await withConsent(questions, changed, side);
}

function portLine(side: Side, before: Draft, after: Draft): string {
  const [old, now] = [portOf(side, whole(before)), portOf(side, whole(after))];
  if (ownValue(after, `${side}.port`) !== undefined)
    return `The port stays ${String(now)}, as it was given.`;
  return old === now
    ? `The port stays ${String(now)}.`
    : `The port changes with it: ${String(old)} → ${String(now)}.`;
}

/** Mechanisms that keep the password to themselves. */
const proving = new Set(['cram-md5', 'scram-sha-1', 'scram-sha-256', 'apop', 'external']);

/** PLAIN and LOGIN without encryption: a clear warning, and beyond loopback a choice that must be made. */
export async function withConsent(questions: Questions, draft: Draft, side: Side): Promise<Draft> {
  const server = whole(draft)[side];
  const allowed = `${side}.allowInsecure`;
  if (server?.security !== 'none') return withValue(draft, allowed, undefined);
  if (proving.has(server.auth ?? 'auto') || server.allowInsecure === true) return draft;
  questions.warn(
    'without TLS everybody on the way can read the mail, and by PLAIN or LOGIN the password too. ' +
      'Beyond this machine posthorn sends no password in clear unless you allow it.',
  );
  const agreed = await questions.yes('Allow the password to leave in clear?', false);
  return agreed ? withValue(draft, allowed, true) : draft;
}

/** The sections that are best read as one phrase. Pure. */

import { credentialsOf } from '../../../config/read/resolve-account.ts';
import { printable } from '../../../printable.ts';
import { isDefaultSender, whole, type Draft } from '../draft.ts';
import { passwordText } from './password-questions.ts';
import { portOf, receives, sends, type Side } from './server.ts';

export function accountGlance(draft: Draft): string {
  const { type = 'imap', enabled = true } = whole(draft);
  return `${type.toUpperCase()}, ${enabled ? 'enabled' : 'disabled'}, NAME ${draft.name}`;
}

export function personGlance(draft: Draft): string {
  const { name, address } = whole(draft).identity ?? {};
  const mailbox = address ?? 'no address yet';
  return printable(name === undefined ? mailbox : `${name} <${mailbox}>`);
}

export function serverGlance(side: Side): (draft: Draft) => string {
  return (draft) => {
    const entry = whole(draft);
    if (!(side === 'incoming' ? receives(entry) : sends(entry))) return 'not used';
    const host = entry[side]?.host;
    if (host === undefined) return 'missing';
    return printable(`${host}:${String(portOf(side, entry))} (${entry[side]?.security ?? 'tls'})`);
  };
}

export function loginGlance(draft: Draft): string {
  const entry = whole(draft);
  const user = entry.incoming?.username ?? entry.identity?.address ?? '';
  const credentials = credentialsOf(entry.outgoing ?? {});
  const parts = [
    ...(receives(entry) ? [user, `password ${passwordText(draft, 'incoming')}`] : []),
    ...(sends(entry) ? [`for sending ${credentials === 'same' ? 'the same' : credentials}`] : []),
  ];
  return printable(parts.join(', '));
}

export function useGlance(draft: Draft): string {
  const entry = whole(draft);
  const uses = [
    ...(receives(entry) ? ['receiving'] : []),
    ...(sends(entry) ? ['sending'] : []),
    ...(isDefaultSender(draft) ? ['default sender'] : []),
  ];
  return uses.length === 0 ? 'nothing' : uses.join(', ');
}

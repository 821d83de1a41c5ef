/** Sections of an mbsyncrc for an account of ours, so that mbsync goes on with its mail and the state that was written for it. */

import type { Account } from '../../../core/account/account.ts';
import type { MbsyncBox, MbsyncSetting } from '../../../ports/accounts/mbsync-state.ts';
import { encodeMailboxName } from '../../../wire/mailbox-name.ts';

export function stanza({ account, root, layout, boxes }: MbsyncSetting): string {
  const { name } = account;
  const plain = boxes.filter(({ far, near }) => far === near && isPlain(far));
  const odd = boxes.filter((box) => !plain.includes(box));
  const sections = [
    accountSection(account),
    [`IMAPStore ${name}-far`, `Account ${name}`],
    [`MaildirStore ${name}-near`, ...placeOf(root, layout)],
    channel(name, [
      `Far :${name}-far:`,
      `Near :${name}-near:`,
      ...plain.map(({ far }) => `Pattern ${quoted(far)}`),
    ]),
    ...odd.map((box, at) => channel(`${name}-${String(at + 1)}`, ends(name, box))),
    ...(odd.length === 0 ? [] : [group(name, odd.length)]),
  ];
  return sections.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function accountSection({ name, incoming, identity }: Account): string[] {
  const security = { tls: 'IMAPS', starttls: 'STARTTLS', none: 'None' } as const;
  return [
    `IMAPAccount ${name}`,
    `Host ${incoming?.host ?? ''}`,
    `Port ${String(incoming?.port ?? 993)}`,
    `User ${quoted(incoming?.username ?? identity.address)}`,
    '# PassCmd "…": the command that prints the password',
    '# TLSType from isync 1.5 on',
    `SSLType ${security[incoming?.security ?? 'tls']}`,
    ...(incoming?.tls.ca === undefined ? [] : [`CertificateFile ${quoted(incoming.tls.ca)}`]),
  ];
}

function placeOf(root: string, layout: MbsyncSetting['layout']): string[] {
  if (layout === 'maildir++') return [`Inbox ${quoted(`${root}/`)}`, 'SubFolders Maildir++'];
  return [`Path ${quoted(`${root}/`)}`, `Inbox ${quoted(`${root}/INBOX`)}`, 'SubFolders Verbatim'];
}

function channel(title: string, lines: readonly string[]): string[] {
  return [
    `Channel ${title}`,
    ...lines,
    'Create Near',
    '# Expunge Both: without it nothing is deleted, only marked',
    'SyncState *',
  ];
}

/** Until isync 1.4 a name beyond ASCII is written as the server has it, in modified UTF-7. */
function ends(name: string, { far, near }: MbsyncBox): string[] {
  const encoded = encodeMailboxName(far);
  const before =
    encoded === far ? [] : [`# before isync 1.5: Far ${quoted(`:${name}-far:${encoded}`)}`];
  return [
    ...before,
    `Far ${quoted(`:${name}-far:${far}`)}`,
    `Near ${quoted(`:${name}-near:${near}`)}`,
  ];
}

function group(name: string, count: number): string[] {
  const more = Array.from({ length: count }, (_, at) => `Channel ${name}-${String(at + 1)}`);
  return [`Group ${name}-all`, `Channel ${name}`, ...more];
}

/** Without what means something in a pattern, and the same in every encoding. */
function isPlain(box: string): boolean {
  return /^[\x20-\x7e]+$/.test(box) && !/^!|[*%&]/.test(box);
}

function quoted(text: string): string {
  return /^[\w@.:/+-]+$/.test(text)
    ? text
    : `"${text.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`;
}

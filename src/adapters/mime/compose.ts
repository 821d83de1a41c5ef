/** A new message out of its parts, by nodemailer's composer: header, text, attachments. */

import { readFile } from 'node:fs/promises';
import MailComposer from 'nodemailer/lib/mail-composer';
import { DataError } from '../../errors.ts';
import type { Composed, Draft } from '../../ports/sending/message-codec.ts';
import { printable } from '../../wire/printable.ts';
import { toCrlf } from '../../wire/crlf.ts';
import { envelopeAddress, parseMailboxes, unique, type Mailbox } from './addresses.ts';

export interface ComposeOptions {
  readonly newId: (sender: string) => string;
  readonly userAgent: string | undefined;
}

/** Errors: DataError (65). */
export async function composeMessage(draft: Draft, options: ComposeOptions): Promise<Composed> {
  const from = envelopeAddress(draft.from.address);
  const [to, cc, bcc] = [draft.to, draft.cc, draft.bcc].map(listed);
  const recipients = unique(
    [to, cc, bcc].flatMap((each) => each ?? []).map((each) => each.address),
  );
  if (recipients.length === 0)
    throw new DataError('the message has no recipient', {
      remedy: 'Name one with --to, --cc or --bcc.',
    });
  const messageId = options.newId(from);
  const subject = oneLine(draft.subject);
  const composer = new MailComposer({
    from: { name: oneLine(draft.from.name ?? ''), address: from },
    to: composerList(to),
    cc: composerList(cc),
    replyTo: draft.replyTo === undefined ? undefined : composerList(parseMailboxes(draft.replyTo)),
    subject,
    messageId,
    date: new Date(draft.date),
    headers: extraHeaders(draft, options.userAgent),
    text: {
      content: textContent(draft.text),
      contentType: 'text/plain; charset=utf-8',
    },
    attachments: await Promise.all(draft.attachments.map(attached)),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const octets = toCrlf(await composer.compile().build());
  return { octets, from, recipients, messageId, subject: printable(subject, 500) };
}

/** An empty text as octets: an empty string there is taken for no content at all, and fails. */
function textContent(text: string): string | Buffer {
  return text === '' ? Buffer.alloc(0) : text.replace(/\r\n?|\n/g, '\r\n');
}

function listed(texts: readonly string[]): Mailbox[] {
  return texts.flatMap((text) => parseMailboxes(text));
}

function composerList(
  mailboxes: readonly Mailbox[] | undefined,
): { name: string; address: string }[] {
  return (mailboxes ?? []).map(({ name, address }) => ({ name: oneLine(name), address }));
}

function extraHeaders(
  { organization }: Draft,
  userAgent: string | undefined,
): Record<string, string> {
  return {
    ...(organization === undefined ? {} : { Organization: oneLine(organization) }),
    ...(userAgent === undefined ? {} : { 'User-Agent': oneLine(userAgent) }),
  };
}

/** No line break ever comes into a header. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

async function attached({ path, filename }: Draft['attachments'][number]) {
  try {
    return { filename: oneLine(filename), content: await readFile(path) };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new DataError(`the attachment ${printable(path)} can't be read (${code})`, {
      cause,
      remedy: 'Check the path and its permissions.',
    });
  }
}

/** The single values of the configuration file: what each may be, and the words for what it may not. */
import * as z from 'zod';
import { durationPattern, positiveDurationPattern } from '../../core/account/duration.ts';
import { octetsPattern } from '../../core/account/octets.ts';
import { isHost, isLoopbackHost } from '../../core/account/host.ts';
import { addressFault, addressPattern, longestAddress } from '../../core/account/mail-address.ts';

/** Header values and names never carry a line break or another control character (RFC 5322, section 2.2). */
const printable = /^[^\u0000-\u001f\u007f]+$/;

export function text(description: string): z.ZodString {
  const error = 'must be a text of one line, not empty';
  return z.string({ error }).regex(printable, { error }).describe(description);
}

/** Text of several lines: line breaks and tabs, no other control character. */
export function lines(longest: number, description: string): z.ZodString {
  const error = 'must be a text, not empty, without control characters';
  return z
    .string({ error })
    .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f]+$/, { error })
    .max(longest, { error: `must be ${String(longest)} characters at most` })
    .describe(description);
}

export function flag(description: string): z.ZodBoolean {
  return z.boolean({ error: 'must be true or false' }).describe(description);
}

export function choice<const W extends readonly [string, ...string[]]>(
  words: W,
  description: string,
): z.ZodEnum<{ [K in W[number]]: K }> {
  const error = `must be one of ${words.join(', ')}`;
  return z.enum(words, { error }).describe(description);
}

export function wholeNumber(minimum: number, maximum: number, description: string): z.ZodNumber {
  const error = `must be a whole number from ${String(minimum)} to ${String(maximum)}`;
  return z
    .number({ error })
    .int({ error })
    .min(minimum, { error })
    .max(maximum, { error })
    .describe(description);
}

export function address(description: string): z.ZodString {
  const error =
    'must be an e-mail address such as you@example.org, without name and angle brackets';
  const message = ({ input }: { readonly input?: unknown }): string =>
    typeof input === 'string' && input !== '' ? `${error}: it ${addressFault(input)}` : error;
  return z
    .string({ error })
    .regex(addressPattern, { error: message })
    .max(longestAddress, { error: `must be ${String(longestAddress)} characters at most` })
    .describe(description);
}

export function host(description: string): z.ZodString {
  const error =
    'must be a host name or an IP address alone (imap.example.org, not imaps://imap.example.org:993)';
  return z.string({ error }).refine(isHost, { error }).describe(description);
}

/** What is fetched in clear may be anybody's, except on this machine. */
export function webAddressOrFalse(
  description: string,
): z.ZodUnion<readonly [z.ZodLiteral<false>, z.ZodString]> {
  const error = 'must be an https address without ? and #, or false';
  const written = z.string({ error }).refine(isSafeWebAddress, { error });
  return z.union([z.literal(false), written], { error }).describe(description);
}

function isSafeWebAddress(text: string): boolean {
  if (!/^https?:\/\/[!-~]+$/.test(text) || /[?#@]/.test(text) || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || isLoopbackHost(hostname.replace(/^\[(.*)\]$/, '$1'));
}

/** The published schema tells paths by it. */
export const pathPattern = /^(?!\$|~[^/])[^\u0000]+$/;

export function path(description: string): z.ZodString {
  const error =
    'must be a path: absolute, from ~/, or relative to the folder of this file; variables are not expanded';
  return z
    .string({ error })
    .regex(pathPattern, { error })
    .describe(`${description} Starts at / or ~/, else at the folder of this file.`);
}

const durationError = 'must be a number and a unit (s, m, h, d or y), such as 90s, 5m, 24h or 14d';

/** Not zero. */
export function duration(description: string): z.ZodString {
  return z
    .string({ error: durationError })
    .regex(positiveDurationPattern, { error: durationError })
    .describe(description);
}

export function durationOrZero(
  description: string,
): z.ZodUnion<readonly [z.ZodString, z.ZodLiteral<0>]> {
  const error = `${durationError}, or 0`;
  const written = z.string({ error }).regex(durationPattern, { error });
  return z.union([written, z.literal(0)], { error }).describe(description);
}

export function durationOrNever(description: string): z.ZodString {
  return durationOr('never', description);
}

export function durationOrNone(description: string): z.ZodString {
  return durationOr('none', description);
}

function durationOr(word: string, description: string): z.ZodString {
  const error = `${durationError}, or ${word}`;
  return z
    .string({ error })
    .regex(new RegExp(`${positiveDurationPattern.source}|^${word}$`), { error })
    .describe(description);
}

export function durationOrFlag(
  description: string,
): z.ZodUnion<readonly [z.ZodBoolean, z.ZodString]> {
  const error = `must be true, false, or ${durationError.slice('must be '.length)}`;
  const written = z.string({ error }).regex(positiveDurationPattern, { error });
  return z.union([z.boolean(), written], { error }).describe(description);
}

/** Octets, as a plain number too; k, M and G are powers of 1,024. */
export function size(description: string): z.ZodUnion<readonly [z.ZodString, z.ZodNumber]> {
  return sizeOf(octetsPattern, 'must be a size such as 500k, 20M or 1G', description);
}

export function sizeOrNone(description: string): z.ZodUnion<readonly [z.ZodString, z.ZodNumber]> {
  const pattern = new RegExp(`${octetsPattern.source}|^none$`);
  return sizeOf(pattern, 'must be a size such as 500k, 20M or 1G, or none', description);
}

function sizeOf(
  pattern: RegExp,
  error: string,
  description: string,
): z.ZodUnion<readonly [z.ZodString, z.ZodNumber]> {
  const written = z.string({ error }).regex(pattern, { error });
  const octets = z.number({ error }).int({ error }).min(1, { error }).max(999_999_999, { error });
  return z.union([written, octets], { error }).describe(description);
}

export function flagOrAuto(
  description: string,
): z.ZodUnion<readonly [z.ZodLiteral<'auto'>, z.ZodBoolean]> {
  return z
    .union([z.literal('auto'), z.boolean()], { error: 'must be auto, true or false' })
    .describe(description);
}

export function fingerprint(description: string): z.ZodString {
  const error = 'must be a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons';
  return z
    .string({ error })
    .regex(/^[0-9a-fA-F]{2}(?::?[0-9a-fA-F]{2}){31}$/, { error })
    .describe(description);
}

const passwordError =
  'must be exactly one of { command: TEXT or [TEXT, …] }, { env: VARIABLE }, { file: PATH }, { credential: NAME }, { keyring: true } and { stored: true }; the password itself never stands in this file';

const commandError = 'must be a command line, or a list of a program and its arguments';
const word = z.string({ error: commandError }).regex(/^[^\u0000]+$/, { error: commandError });
const commandLine = word.describe('A command line for /bin/sh.');
const commandWords = z
  .array(word, { error: commandError })
  .min(1, { error: commandError })
  .describe('A program and its arguments, run as they stand, without a shell.');
const command = z
  .union([commandLine, commandWords], { error: commandError })
  .describe('The first line of its output is the password.');

const variable = z
  .string({ error: 'must be the name of an environment variable' })
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    error: 'must be the name of an environment variable, without $',
  })
  .describe('Name of an environment variable.');

/** As systemd takes them (systemd.exec(5), LoadCredential=): a file name of printable ASCII without a colon. */
const credential = z
  .string({ error: 'must be the name of a systemd credential' })
  .regex(/^(?!\.{1,2}$)[ !-.0-9;-~]{1,255}$/, {
    error: 'must be the name of a systemd credential: printable ASCII, no slash and no colon',
  })
  .describe('Name of a systemd credential, as LoadCredential= and SetCredential= give it.');

/** A union of closed objects: the published schema then says that exactly one of the keys stands there. */
export const password = z
  .union(
    [
      z.strictObject({ command }),
      z.strictObject({ env: variable }),
      z.strictObject({ file: path('A file whose first line is the password.') }),
      z.strictObject({ credential }),
      z.strictObject({ keyring: z.literal(true).describe('Kept in the keyring of the desktop.') }),
      z.strictObject({ stored: z.literal(true).describe('Kept by posthorn outside this file.') }),
    ],
    { error: passwordError },
  )
  .describe(
    'Where the password comes from: one of command, env, file, credential, keyring and stored.',
  );

/** How a session begins: greeting, EHLO, STARTTLS (RFC 5321 3.1 and 3.2, RFC 3207). */

import type { TlsSettings } from '../../core/account/account.ts';
import { printable } from '../../wire/printable.ts';
import { parseCapabilities, type SmtpCapabilities } from './capabilities.ts';
import type { SmtpConnection } from './connection.ts';
import { turnedAway, withoutTls } from './failures.ts';
import { isPositive } from './reply.ts';

/** Resolves with what the server says it can do. */
export async function greet(connection: SmtpConnection, name: string): Promise<SmtpCapabilities> {
  const greeting = await connection.reply();
  if (greeting.code !== 220) throw turnedAway(greeting, connection.peer, connection.layer);
  const [first = ''] = greeting.text.split('\n');
  connection.peer.observe?.({ layer: 'greeting', text: printable(first.slice(4).trimEnd()) });
  return hello(connection, name);
}

/** STARTTLS means it or nothing: the certificate is judged before anything secret is said, and EHLO said anew. */
export async function secure(
  connection: SmtpConnection,
  name: string,
  tls: TlsSettings,
  signal: AbortSignal,
): Promise<SmtpCapabilities> {
  connection.layer = 'tls';
  const reply = await connection.command('STARTTLS');
  if (connection.broken !== null) throw connection.broken;
  if (reply.code !== 220) throw withoutTls(reply);
  await connection.startTls(tls, signal);
  return hello(connection, name);
}

/** HELO where the server knows no EHLO (RFC 5321 3.2). */
async function hello(connection: SmtpConnection, name: string): Promise<SmtpCapabilities> {
  connection.layer = 'capabilities';
  const extended = await connection.command(`EHLO ${name}`);
  if (isPositive(extended)) return parseCapabilities(extended.text);
  if (connection.broken !== null) throw connection.broken;
  const plain = await connection.command(`HELO ${name}`);
  if (isPositive(plain)) return parseCapabilities(plain.text);
  throw turnedAway(plain, connection.peer, connection.layer);
}

/** One mail transaction (RFC 5321 3.3): MAIL, RCPT, DATA, the message. It keeps what the server said, and judges nothing. */

import { asPosthornError, type PosthornError } from '../../errors.ts';
import type { SmtpConnection } from './connection.ts';
import { dataBlocks, endOfData } from './data-blocks.ts';
import { outOfStep } from './failures.ts';
import { isPositive, type SmtpReply } from './reply.ts';

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
  /** What follows the address of MAIL FROM, e.g. `SIZE=500`. */
  readonly parameters: readonly string[];
}

/** Null, or shorter than the envelope: the connection ended before it was said. */
export interface Transcript {
  mail: SmtpReply | null;
  /** In the order of the envelope. */
  readonly recipients: SmtpReply[];
  data: SmtpReply | null;
  /** The word on the whole message. */
  final: SmtpReply | null;
  /** The final dot is on its way: from then on nobody knows, until the server speaks. */
  dotSent: boolean;
  broken: PosthornError | null;
}

/** Beside the time for a single reply: a server that takes longer for each than this is no mail server at work. */
const recipientMs = 10_000;

/** Never throws. */
export async function transact(
  connection: SmtpConnection,
  envelope: Envelope,
  octets: Buffer,
  pipelining: boolean,
): Promise<Transcript> {
  const heard = emptyTranscript();
  try {
    await (pipelining ? askAtOnce : askInTurn)(connection, envelope, heard);
    if (heard.data === null) return heard;
    if (hasRecipient(heard) && isGoAhead(heard.data)) await sendMessage(connection, octets, heard);
    else if (isGoAhead(heard.data)) await endEmptyMessage(connection, heard);
  } catch (thrown) {
    heard.broken = asPosthornError(thrown);
  }
  heard.broken ??= connection.broken;
  return heard;
}

function emptyTranscript(): Transcript {
  return { mail: null, recipients: [], data: null, final: null, dotSent: false, broken: null };
}

function hasRecipient({ mail, recipients }: Transcript): boolean {
  return mail !== null && isPositive(mail) && recipients.some(isPositive);
}

/** 354; some servers say 250. */
function isGoAhead({ code }: SmtpReply): boolean {
  return code >= 200 && code < 400;
}

/** RFC 2920 section 3.1: all of them leave together, and each is answered. */
async function askAtOnce(
  connection: SmtpConnection,
  envelope: Envelope,
  heard: Transcript,
): Promise<void> {
  const next = replies(connection, envelope);
  connection.send([mailFrom(envelope), ...envelope.to.map(rcptTo), 'DATA']);
  heard.mail = await next();
  for (const _each of envelope.to) heard.recipients.push(await next());
  heard.data = await next();
}

async function askInTurn(
  connection: SmtpConnection,
  envelope: Envelope,
  heard: Transcript,
): Promise<void> {
  const next = replies(connection, envelope);
  const ask = (line: string): Promise<SmtpReply> => {
    connection.send([line]);
    return next();
  };
  heard.mail = await ask(mailFrom(envelope));
  if (!isPositive(heard.mail)) return;
  for (const address of envelope.to) heard.recipients.push(await ask(rcptTo(address)));
  if (hasRecipient(heard)) heard.data = await ask('DATA');
}

/** The envelope as a whole has a deadline beside that of each reply. */
function replies(connection: SmtpConnection, { to }: Envelope): () => Promise<SmtpReply> {
  const { answerMs } = connection.limits;
  const end = performance.now() + answerMs + to.length * recipientMs;
  return () => connection.reply(Math.min(answerMs, end - performance.now()));
}

/** What the server says while the message is still under way is heard: a refusal may be followed by the end of all. */
async function sendMessage(
  connection: SmtpConnection,
  octets: Buffer,
  heard: Transcript,
): Promise<void> {
  const { finalMs } = connection.limits;
  const answer = connection.nextReply().then((reply) => (heard.final = reply));
  const answered = answer.then(
    () => true,
    () => true,
  );
  for (const block of dataBlocks(octets)) {
    if (await Promise.race([answered, connection.write(block).then(() => false)])) break;
  }
  if (heard.final === null && connection.broken === null) {
    heard.dotSent = true;
    await connection.write(endOfData(octets));
  }
  const final = await connection.within(answer, finalMs);
  if (!heard.dotSent) connection.fail(outOfStep(final));
}

/** RFC 2920 section 3.1: a server that says 354 although it took nobody gets a dot, so that the session stays in step. */
async function endEmptyMessage(connection: SmtpConnection, heard: Transcript): Promise<void> {
  if (heard.mail !== null && isPositive(heard.mail)) await connection.command('.');
  else if (heard.data !== null) connection.fail(outOfStep(heard.data));
}

function mailFrom({ from, parameters }: Envelope): string {
  return [`MAIL FROM:<${from}>`, ...parameters].join(' ');
}

function rcptTo(address: string): string {
  return `RCPT TO:<${address}>`;
}

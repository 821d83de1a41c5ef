/** What a transaction came to: decided from what the server said, without another word to it. */

import type { RecipientVerdict, SendOutcome } from '../../ports/sending/mail-sender.ts';
import { loginWanted, outOfStep, refusedSender } from './failures.ts';
import { isFinal, isPositive, replyLine, type SmtpReply } from './reply.ts';
import type { Envelope, Transcript } from './transaction.ts';

/** Throws where the message surely was not taken, as SenderSession.send does. */
export function outcomeOf(envelope: Envelope, heard: Transcript): SendOutcome {
  const { mail, recipients, final, broken, dotSent } = heard;
  if (mail !== null && !isPositive(mail) && mail.code !== 421)
    throw refusedSender(mail, envelope.from);
  if (broken !== null && final === null) return brokenOff(envelope, heard, broken);
  const nobody = !recipients.some(isPositive);
  const wanting = recipients.find(({ code }) => code === 530);
  if (nobody && wanting !== undefined) throw loginWanted(wanting);
  const last = final ?? heard.data;
  if (!dotSent && final !== null && isPositive(final)) throw outOfStep(final);
  const verdicts = envelope.to.map((address, at) => verdict(address, at, recipients, last));
  return { kind: 'answered', verdicts, reply: lastWord(heard) };
}

function brokenOff(envelope: Envelope, heard: Transcript, broken: Error): SendOutcome {
  const { recipients, dotSent } = heard;
  if (dotSent) return { kind: 'uncertain', reason: broken.message };
  // What is refused for good stays refused, whatever became of the connection.
  if (!recipients.some(isFinal)) throw broken;
  const verdicts = envelope.to.map((address, at): RecipientVerdict => {
    const reply = recipients[at];
    if (reply === undefined || isPositive(reply))
      return { address, kind: 'deferred', reply: broken.message };
    return negative(address, at, recipients, reply);
  });
  return { kind: 'answered', verdicts, reply: broken.message };
}

/** The word on the recipient; where that was positive, the word on the message. */
function verdict(
  address: string,
  at: number,
  recipients: readonly SmtpReply[],
  last: SmtpReply | null,
): RecipientVerdict {
  const reply = recipients[at];
  if (reply !== undefined && !isPositive(reply)) {
    const isTaken = last !== null && isPositive(last);
    return isTaken && isExcess(at, recipients)
      ? { address, kind: 'excess', reply: replyLine(reply) }
      : negative(address, at, recipients, reply);
  }
  if (last !== null && isPositive(last)) return { address, kind: 'accepted' };
  if (last === null) return { address, kind: 'deferred', reply: 'not answered' };
  return { address, kind: isFinal(last) ? 'refused' : 'deferred', reply: replyLine(last) };
}

function negative(
  address: string,
  at: number,
  recipients: readonly SmtpReply[],
  reply: SmtpReply,
): RecipientVerdict {
  const isRefused = isFinal(reply) && !isExcess(at, recipients);
  return { address, kind: isRefused ? 'refused' : 'deferred', reply: replyLine(reply) };
}

/**
 * RFC 5321 4.5.3.1.10: too many recipients is 452, and 552 means the same. Said of the first of a transaction it speaks of that
 * mailbox; behind others nobody knows, and another transaction tells.
 */
function isExcess(at: number, recipients: readonly SmtpReply[]): boolean {
  const code = recipients[at]?.code;
  return (code === 452 || code === 552) && recipients.slice(0, at).some(isPositive);
}

function lastWord({ final, data, recipients }: Transcript): string {
  const reply = final ?? (recipients.some(isPositive) ? data : recipients.at(-1));
  return reply === null || reply === undefined ? '' : replyLine(reply);
}

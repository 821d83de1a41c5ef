import { describe, expect, it } from 'vitest';
import { loginRefusal, parseReply, refusal } from '../../../src/adapters/pop3/reply.ts';

function reply(line: string) {
  const parsed = parseReply(Buffer.from(line));
  if (parsed === null) throw new Error(`no reply: ${line}`);
  return parsed;
}

describe('replies', () => {
  it.each([
    ['+OK', { kind: 'ok', text: '', code: null }],
    ['+OK 2 320', { kind: 'ok', text: '2 320', code: null }],
    ['+ok lower case', { kind: 'ok', text: 'lower case', code: null }],
    ['-ERR [IN-USE] busy', { kind: 'error', text: '[IN-USE] busy', code: 'IN-USE' }],
    ['-ERR [sys/temp]', { kind: 'error', text: '[sys/temp]', code: 'SYS/TEMP' }],
    ['+ PDE4OTY+', { kind: 'continue', text: 'PDE4OTY+', code: null }],
    ['+OK\t2', { kind: 'ok', text: '2', code: null }],
    ['+', { kind: 'continue', text: '', code: null }],
    ['+ ', { kind: 'continue', text: '', code: null }],
  ])('%j', (line, parsed) => {
    expect(reply(line)).toEqual(parsed);
  });

  it.each(['* OK IMAP4rev1 ready', '220 smtp.example.org ESMTP', '', '+OKAY', 'HTTP/1.1 400'])(
    '%j is no POP3',
    (line) => {
      expect(parseReply(Buffer.from(line))).toBeNull();
    },
  );
});

describe('a refused login', () => {
  it.each([
    ['-ERR [AUTH] wrong', 77],
    ['-ERR Logon failure', 77],
    ['-ERR [IN-USE] another session', 75],
    ['-ERR [LOGIN-DELAY] wait', 75],
    ['-ERR [SYS/TEMP] disk trouble', 75],
    ['-ERR [SYS/PERM] mailbox corrupt', 69],
    ['-ERR maildrop already locked', 75],
    ['-ERR mailbox in use', 75],
    ['-ERR [AUTH] temporarily', 77],
    ['-ERR [X-OWN] Too many connections', 75],
    ['-ERR [X-OWN] wrong', 77],
    ['-ERR Exceeded the login limit for a 15 minute period. Reduce the frequency of requests', 75],
    ['-ERR [IN-USE] Unable to lock maildrop: Mailbox is locked by POP server', 75],
    ['-ERR Unable to lock maildrop, mailbox busy', 75],
    ['-ERR Too many connections for this user', 75],
    ['-ERR POP3 access too frequent, wait 5 minutes', 75],
    ['-ERR Login rate exceeded, slow down', 75],
    ['-ERR Server busy, please retry', 75],
    ['-ERR Another session is active for this mailbox', 75],
    ['-ERR Cannot open mailbox: resource temporarily unavailable', 75],
    ['-ERR Backend service unavailable', 75],
    ['-ERR Internal server error', 75],
    ['-ERR Authentication failed', 77],
    ['-ERR invalid user name or password', 77],
  ])('%s: %d', (line, status) => {
    expect(loginRefusal(reply(line))).toMatchObject({ exitStatus: status, layer: 'login' });
  });

  it('shows no control characters of the server', () => {
    const error = loginRefusal(reply('-ERR \x1b[2Jgone\x07'));
    expect(error.message).toBe('the server refused the login: ?[2Jgone?');
  });
});

it('keeps the pause that the server asks for', () => {
  const words = '-ERR Request is throttled. Suggested Backoff Time: 298931 Milliseconds';
  expect(loginRefusal(reply(words))).toMatchObject({ exitStatus: 75, pauseMs: 298_931 });
  expect(refusal('this', reply(words))).toMatchObject({ exitStatus: 75, pauseMs: 298_931 });
});

it('another refusal is taken for a passing one, unless the server says otherwise', () => {
  expect(refusal('this', reply('-ERR no'))).toMatchObject({ exitStatus: 75 });
  expect(refusal('this', reply('-ERR [SYS/PERM] no'))).toMatchObject({ exitStatus: 69 });
});

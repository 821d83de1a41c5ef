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
  ])('%s: %d', (line, status) => {
    expect(loginRefusal(reply(line))).toMatchObject({ exitStatus: status, layer: 'login' });
  });

  it('shows no control characters of the server', () => {
    const error = loginRefusal(reply('-ERR \x1b[2Jgone\x07'));
    expect(error.message).toBe('the server refused the login: ?[2Jgone?');
  });
});

it('another refusal is taken for a passing one, unless the server says otherwise', () => {
  expect(refusal('this', reply('-ERR no'))).toMatchObject({ exitStatus: 75 });
  expect(refusal('this', reply('-ERR [SYS/PERM] no'))).toMatchObject({ exitStatus: 69 });
});

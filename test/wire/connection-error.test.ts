import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import { connectionError } from '../../src/wire/connection-error.ts';

const failed = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('errors of connections', () => {
  it.each([
    ['ENOTFOUND', 75, 'resolve', 'the host mail.example.org does not exist'],
    ['EAI_AGAIN', 75, 'resolve', 'the host mail.example.org could not be looked up (DNS)'],
    ['ECONNREFUSED', 75, 'connect', 'mail.example.org:995 refuses connections'],
    ['ETIMEDOUT', 75, 'connect', 'mail.example.org:995 does not answer'],
    ['ENETUNREACH', 75, 'connect', 'mail.example.org:995 cannot be reached from here'],
    ['ECONNRESET', 75, 'session', 'mail.example.org:995 has cut the connection'],
    [
      'ERR_SSL_WRONG_VERSION_NUMBER',
      69,
      'tls',
      'mail.example.org:995 does not speak TLS on this port',
    ],
    [
      'ERR_SSL_UNSUPPORTED_PROTOCOL',
      69,
      'tls',
      'mail.example.org:995 offers no TLS that is safe enough (1.2 or later)',
    ],
    ['CERT_HAS_EXPIRED', 69, 'tls', 'the certificate of mail.example.org:995 is expired'],
  ])('%s', (code, exitStatus, layer, message) => {
    const error = connectionError(failed(code), 'mail.example.org', 995);
    expect(error).toMatchObject({ exitStatus, layer, message });
    expect(error.remedy).toBeTruthy();
  });

  it('finds the code of one address among several, and beneath a library', () => {
    const several = new AggregateError([failed('ECONNREFUSED'), failed('ENETUNREACH')]);
    expect(connectionError(several, 'a', 1).message).toContain('refuses');
    const wrapped = new Error('library', { cause: failed('ENOTFOUND') });
    expect(connectionError(wrapped, 'a', 1).layer).toBe('resolve');
  });

  it('shows unknown words without control characters', () => {
    expect(connectionError(new Error('a\x1b[2Jb'), 'h', 1).message).toContain('a?[2Jb');
  });

  it('leaves ours as they are', () => {
    const ours = new StorageError('full');
    expect(connectionError(ours, 'h', 1)).toBe(ours);
  });
});

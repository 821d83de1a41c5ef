/** What answers where something else was expected, and what is said of it. */

import { describe, expect, it } from 'vitest';
import {
  misfitOf,
  type Expected,
  type PortIdentity,
} from '../../../src/core/discovery/port-identity.ts';

const expected: Expected = {
  service: 'imap',
  host: 'mail.example.org',
  port: 8080,
  security: 'tls',
};

function found(protocol: PortIdentity['protocol'], encrypted = false, text = ''): PortIdentity {
  return { protocol, encrypted, text };
}

describe('a misfit', () => {
  type Case = [PortIdentity, Partial<Expected>, string, RegExp];
  const cases: Case[] = [
    [found('http'), {}, 'is a web server (HTTP)', /--in-port\): IMAP has 993/],
    [
      found('http', true),
      { service: 'smtp' },
      'is a web server (HTTPS)',
      /--out-port\): SMTP has 465/,
    ],
    [found('ssh'), {}, 'is an SSH server', /993 \(tls\) or 143 \(starttls\)/],
    [found('ftp'), { service: 'pop3' }, 'is an FTP server', /POP3 has 995/],
    [found('other', false, 'hello'), {}, 'is no mail server: it says “hello”', /--in-port/],
    [found('pop3'), {}, 'is a POP3 server, and IMAP was expected', /fetch by POP3: --type pop3/],
    [
      found('imap'),
      { service: 'smtp' },
      'is an IMAP server, and SMTP was expected',
      /SMTP has 465 \(tls\) or 587 \(starttls\)\.$/,
    ],
    [
      found('imap', true),
      { security: 'starttls' },
      'speaks TLS from the first octet',
      /--in-security tls/,
    ],
    [
      found('tls', true),
      { security: 'none' },
      'speaks TLS from the first octet',
      /--in-security tls/,
    ],
    [
      found('smtp'),
      { service: 'smtp' },
      'speaks SMTP in clear at first, not TLS',
      /--out-security starttls\).* 465/,
    ],
  ];
  it.each(cases)('%o', (identity, more, message, remedy) => {
    const misfit = misfitOf({ ...expected, ...more }, identity);
    expect(misfit?.message).toBe(`mail.example.org:8080 ${message}`);
    expect(misfit?.remedy).toMatch(remedy);
  });

  it('is none where it is what was expected, or where nothing can be said', () => {
    expect(misfitOf(expected, found('imap', true))).toBeNull();
    expect(misfitOf(expected, found('tls', true))).toBeNull();
    expect(misfitOf({ ...expected, security: 'starttls' }, found('imap'))).toBeNull();
    expect(misfitOf({ ...expected, security: 'none' }, found('imap'))).toBeNull();
  });
});

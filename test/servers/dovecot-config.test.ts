/** Each version of Dovecot gets the words that it knows; an unknown one is named, not tried. */
import { expect, it } from 'vitest';
import { dovecotConfiguration } from './dovecot-config.ts';

const place = {
  folder: '/tmp/here',
  host: '127.0.0.1',
  ports: { imap: 1, imaps: 2, pop3: 3, pop3s: 4, lmtp: 5 },
  certificate: { cert: '/tmp/good.pem', key: '/tmp/good.key' },
};

it.each([
  ['2.3.19.1 (9b53102964)', /^base_dir/, 'ssl_cert = </tmp/good.pem'],
  ['2.4.1-4 (7d8c0e5759)', /^dovecot_config_version/, 'ssl_server_cert_file = /tmp/good.pem'],
])('%s', (version, begin, certificate) => {
  const text = dovecotConfiguration(version, place);
  expect(text).toMatch(begin);
  expect(text.split('\n')).toContain(certificate);
});

it('refuses a version that it does not know', () => {
  expect(() => dovecotConfiguration('2.5.0', place)).toThrow('Dovecot 2.5.0 is installed');
});

it('refuses a folder too deep for sockets', () => {
  const folder = `/tmp/${'x'.repeat(100)}`;
  expect(() => dovecotConfiguration('2.4.1', { ...place, folder })).toThrow('TMPDIR');
});

import { describe, expect, it } from 'vitest';
import { connectableHost, isHost, isLoopbackHost } from '../../../src/core/account/host.ts';

describe('isHost', () => {
  it.each([
    ...[
      'imap.example.org',
      'localhost',
      'mail',
      'a_b.example',
      'imap.example.org.',
      'müller.example',
      'xn--mller-kva.example',
    ],
    ...[
      '127.0.0.1',
      '192.0.2.255',
      '::1',
      '[2001:db8::1]',
      'fe80::1%eth0',
      '::ffff:192.0.2.1',
      '1and1.example',
    ],
  ])('%s', (text) => {
    expect(isHost(text)).toBe(true);
  });

  it.each([
    ...[
      '',
      ' ',
      'a b',
      'imaps://a',
      'imap.example.org:993',
      'a/b',
      'a@b',
      '-a.example',
      'a-.example',
      'a..b',
      '.a',
      '.',
    ],
    ...[
      '256.1.1.1',
      '1.2.3',
      '01.2.3.4',
      '1:2',
      '[::1',
      '::1]',
      '[imap.example.org]',
      'a\nb',
      '$HOST',
      `${'a'.repeat(64)}.example`,
    ],
  ])('not %j', (text) => {
    expect(isHost(text)).toBe(false);
  });
});

it.each([
  ['[::1]', '::1'],
  ['imap.example.org.', 'imap.example.org'],
  ['Müller.example', 'xn--mller-kva.example'],
  ['IMAP.example', 'IMAP.example'],
])('%s is connected to as %s', (text, host) => {
  expect(connectableHost(text)).toBe(host);
});

describe('isLoopbackHost', () => {
  it.each([
    'localhost',
    'LOCALHOST.',
    'imap.localhost',
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
  ])('%s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    'localhost.example',
    '127.0.0.1.example',
    '128.0.0.1',
    '::2',
    '0.0.0.0',
    '127.1',
    'notlocalhost',
  ])('not %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printable } from '../../src/wire/printable.ts';
import { keepSecret, redacted } from '../../src/wire/redaction.ts';

it('clears a secret as it is, quoted, percent-encoded and in base64', () => {
  const secret = 'pa"ss w\\ord/7';
  keepSecret(secret);
  const sasl = Buffer.from(`\0user\0${secret}`).toString('base64');
  for (const form of [secret, 'pa\\"ss w\\\\ord/7', encodeURIComponent(secret), sasl])
    expect(redacted(`NO bad login ${form}!`)).toBe('NO bad login [secret]!');
});

it('leaves words alone that merely hold a short secret', () => {
  keepSecret('ok');
  expect(redacted('the token ok is broken')).toBe('the token [secret] is broken');
});

it('leaves no trace of a secret behind any other octets', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 6, maxLength: 20 }),
      fc.uint8Array({ maxLength: 12 }),
      (secret, before) => {
        keepSecret(secret);
        const sent = Buffer.concat([before, Buffer.from(`${secret}\x01\x01`)]).toString('base64');
        const shown = redacted(`refused: ${sent} and ${secret}`);
        const core = Buffer.concat([before, Buffer.from(secret)])
          .toString('base64')
          .slice(Math.ceil((before.length * 8) / 6), -4);
        return (
          (core === '' || !shown.includes(core)) &&
          (secret.trim().length < 6 || !shown.includes(secret))
        );
      },
    ),
  );
});

it('looks no longer at a line for the secrets of thousands of accounts than for one', () => {
  const timed = (): number => {
    const began = performance.now();
    for (let at = 0; at < 10_000; at += 1)
      redacted('OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE] Logged in');
    return performance.now() - began;
  };
  for (let at = 0; at < 500; at += 1) keepSecret(`\u0416${String(at)}-kennwort`);
  // Each secret by itself would take seconds.
  expect(timed()).toBeLessThan(1_000);
  expect(redacted('NO \u0416321-kennwort is wrong')).toBe('NO [secret] is wrong');
});

it('is part of what every text of a server goes through', () => {
  keepSecret('tops3cret');
  expect(printable('-ERR no such user/pass bob/tops3cret')).toBe(
    '-ERR no such user/pass bob/[secret]',
  );
});

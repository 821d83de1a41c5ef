import { describe, expect, it } from 'vitest';
import { chooseMethod, type MethodChoice } from '../../../src/adapters/pop3/method.ts';

function choice(
  wanted: MethodChoice['wanted'],
  lines: readonly string[],
  rest: Partial<MethodChoice> = {},
): MethodChoice {
  const words = lines.map((line) => line.split(' '));
  return {
    wanted,
    capabilities: {
      lines,
      names: new Set(words.map(([name = '']) => name)),
      sasl: new Set(words.flatMap(([name, ...names]) => (name === 'SASL' ? names : []))),
    },
    timestamp: null,
    confidential: true,
    allowInsecure: false,
    ...rest,
  };
}

const clear = { confidential: false };
const stamp = { timestamp: '<1@a>' };
const insecure = { confidential: false, allowInsecure: true };

describe('how to log in', () => {
  it.each([
    ['TLS, everything', choice('auto', ['USER', 'SASL PLAIN CRAM-MD5'], stamp), 'PLAIN'],
    ['TLS, no CAPA', choice('auto', [], stamp), 'USER'],
    ['TLS, no plain way', choice('auto', ['SASL CRAM-MD5']), 'CRAM-MD5'],
    ['clear', choice('auto', ['USER', 'SASL PLAIN CRAM-MD5'], clear), 'CRAM-MD5'],
    ['clear, APOP', choice('auto', ['USER'], { ...clear, ...stamp }), 'APOP'],
    ['clear by leave', choice('auto', ['USER', 'SASL PLAIN'], insecure), 'PLAIN'],
    ['clear by leave, CRAM-MD5', choice('auto', ['USER', 'SASL CRAM-MD5'], insecure), 'CRAM-MD5'],
    ['apop', choice('apop', ['USER'], stamp), 'APOP'],
    ['login by SASL', choice('login', ['USER', 'SASL LOGIN']), 'LOGIN'],
    ['login by USER', choice('login', ['USER', 'SASL PLAIN']), 'USER'],
    ['scram', choice('scram-sha-256', ['SASL SCRAM-SHA-256'], clear), 'SCRAM-SHA-256'],
  ] as const)('%s: %s', (_what, given, method) => {
    expect(chooseMethod(given)).toBe(method);
  });

  it.each([
    ['auto in clear', choice('auto', ['USER', 'SASL PLAIN'], clear), 78],
    ['plain in clear', choice('plain', ['SASL PLAIN'], clear), 78],
    ['login in clear', choice('login', ['USER'], clear), 78],
    ['plain where USER alone is', choice('plain', ['USER']), 69],
    ['apop without a timestamp', choice('apop', ['USER']), 69],
    ['cram-md5 not offered', choice('cram-md5', ['SASL PLAIN']), 69],
    ['nothing offered', choice('auto', ['SASL']), 69],
  ] as const)('refused: %s', (_what, given, exitStatus) => {
    expect(() => chooseMethod(given)).toThrow(expect.objectContaining({ exitStatus }) as Error);
  });
});

import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, CredentialsError, RefusedError } from '../../src/errors.ts';
import { chooseMechanism, isConfidential, startSasl } from '../../src/wire/sasl.ts';
import type { SaslMechanism } from '../../src/wire/sasl-exchange.ts';

const tim = { username: 'tim', password: 'tanstaaftanstaaf' };

function initial(mechanism: SaslMechanism, input = tim): string | undefined {
  return startSasl(mechanism, input).initialResponse?.toString();
}

describe('mechanisms', () => {
  it('PLAIN: as in RFC 4616 4', () => {
    expect(initial('PLAIN')).toBe('\0tim\0tanstaaftanstaaf');
  });

  it('PLAIN refuses a NUL, which would make another name of it', () => {
    const input = { username: 'tim\0root', password: 'x' };
    expect(() => startSasl('PLAIN', input)).toThrow(CredentialsError);
  });

  it('LOGIN: the name, then the password, whatever the prompts say', () => {
    const login = startSasl('LOGIN', tim);
    expect(login.initialResponse).toBeNull();
    expect(login.respond(Buffer.from('User Name\0')).toString()).toBe('tim');
    expect(login.respond(Buffer.from('Password\0')).toString()).toBe('tanstaaftanstaaf');
    expect(() => login.respond(Buffer.from('More?'))).toThrow(RefusedError);
  });

  it('CRAM-MD5: as in RFC 2195 2', () => {
    const exchange = startSasl('CRAM-MD5', tim);
    const challenge = Buffer.from('<1896.697170952@postoffice.reston.mci.net>');
    expect(exchange.respond(challenge).toString()).toBe('tim b913a602c7eda7a495b4e6e7334d3890');
  });

  it('XOAUTH2: answers the error with nothing, so that the refusal comes', () => {
    const exchange = startSasl('XOAUTH2', { username: 'a@example.org', password: 'token' });
    expect(exchange.initialResponse?.toString()).toBe(
      'user=a@example.org\x01auth=Bearer token\x01\x01',
    );
    expect(exchange.respond(Buffer.from('{"status":"401"}'))).toHaveLength(0);
  });

  it('OAUTHBEARER: as in RFC 7628 4.1', () => {
    const exchange = startSasl('OAUTHBEARER', {
      username: 'user@example.com',
      password: 'vF9dft4qmT',
      host: 'server.example.com',
      port: 143,
    });
    expect(exchange.initialResponse?.toString()).toBe(
      'n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmT\x01\x01',
    );
    expect(exchange.respond(Buffer.from('{}')).toString()).toBe('\x01');
  });
});

describe('SCRAM', () => {
  const random = (nonce: string) => () => Buffer.from(nonce, 'base64');
  const pencil = { username: 'user', password: 'pencil' };

  it('SCRAM-SHA-256: as in RFC 7677 3', () => {
    const exchange = startSasl('SCRAM-SHA-256', {
      ...pencil,
      random: random('rOprNGfwEbeRWgbNEkqO'),
    });
    expect(exchange.initialResponse?.toString()).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
    const first =
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
    expect(exchange.respond(Buffer.from(first)).toString()).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    );
    const final = Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
    expect(exchange.respond(final)).toHaveLength(0);
    expect(() => exchange.finish()).not.toThrow();
  });

  it('SCRAM-SHA-1: against a server computed here', () => {
    const exchange = startSasl('SCRAM-SHA-1', { username: 'a,b=c', password: 'Pass wörd' });
    const start = exchange.initialResponse?.toString() ?? '';
    expect(start).toMatch(/^n,,n=a=2Cb=3Dc,r=[A-Za-z0-9+/=]{24}$/);
    const nonce = `${start.slice(start.indexOf('r=') + 2)}server`;
    const salt = Buffer.from('salt');
    const first = `r=${nonce},s=${salt.toString('base64')},i=5000`;
    const answer = exchange.respond(Buffer.from(first)).toString();
    const [withoutProof = '', proof = ''] = answer.split(',p=');
    const salted = pbkdf2Sync('Pass wörd', salt, 5000, 20, 'sha1');
    const sign = (key: Buffer, text: string) => createHmac('sha1', key).update(text).digest();
    const message = `${start.slice(3)},${first},${withoutProof}`;
    const stored = createHash('sha1').update(sign(salted, 'Client Key')).digest();
    const signature = sign(stored, message);
    const key = Buffer.from(proof, 'base64').map((octet, at) => octet ^ (signature[at] ?? 0));
    expect(createHash('sha1').update(key).digest()).toEqual(stored);
    const final = sign(sign(salted, 'Server Key'), message).toString('base64');
    exchange.respond(Buffer.from(`v=${final}`));
    exchange.finish();
  });

  function started() {
    return startSasl('SCRAM-SHA-256', { ...pencil, random: random('AAAA') });
  }

  it.each([
    ['another nonce', 'r=BBBBserver,s=c2FsdA==,i=4096'],
    ['our nonce alone', 'r=AAAA,s=c2FsdA==,i=4096'],
    ['few iterations', 'r=AAAAserver,s=c2FsdA==,i=1'],
    ['iterations without end', 'r=AAAAserver,s=c2FsdA==,i=999999999'],
    ['an extension that must be understood', 'm=x,r=AAAAserver,s=c2FsdA==,i=4096'],
    ['nothing', ''],
  ])('refuses a server that sends %s', (_what, first) => {
    expect(() => started().respond(Buffer.from(first))).toThrow(RefusedError);
  });

  it('takes no success without the right signature of the server', () => {
    const wrong = started();
    wrong.respond(Buffer.from('r=AAAAserver,s=c2FsdA==,i=4096'));
    expect(() => wrong.finish()).toThrow(CredentialsError);
    expect(() => wrong.respond(Buffer.from('v=AAAA'))).toThrow(CredentialsError);
    expect(() => started().finish()).toThrow(CredentialsError);
  });

  it('passes on why the server refuses', () => {
    const exchange = started();
    exchange.respond(Buffer.from('r=AAAAserver,s=c2FsdA==,i=4096'));
    expect(() => exchange.respond(Buffer.from('e=invalid-proof'))).toThrow(/invalid-proof/);
  });
});

describe('the choice of a mechanism', () => {
  const all = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'XOAUTH2'];
  const choose = (
    wanted: Parameters<typeof chooseMechanism>[0]['wanted'],
    offered: readonly string[],
    confidential: boolean,
    allowInsecure = false,
  ) => chooseMechanism({ wanted, offered: new Set(offered), confidential, allowInsecure });

  it.each([
    ['auto', all, true, false, 'PLAIN'],
    ['auto', ['LOGIN', 'CRAM-MD5'], true, false, 'LOGIN'],
    ['auto', ['CRAM-MD5', 'SCRAM-SHA-1'], true, false, 'SCRAM-SHA-1'],
    ['auto', all, false, false, 'SCRAM-SHA-256'],
    ['auto', ['PLAIN', 'CRAM-MD5'], false, false, 'CRAM-MD5'],
    ['auto', ['PLAIN', 'CRAM-MD5'], false, true, 'CRAM-MD5'],
    ['auto', ['PLAIN'], false, true, 'PLAIN'],
    ['scram-sha-256', all, false, false, 'SCRAM-SHA-256'],
    ['login', all, true, false, 'LOGIN'],
    ['xoauth2', all, true, false, 'XOAUTH2'],
  ] as const)(
    '%s of %j, confidential %s, insecure %s: %s',
    (wanted, offered, safe, insecure, is) => {
      expect(choose(wanted, offered, safe, insecure)).toBe(is);
    },
  );

  it.each(['auto', 'plain', 'login', 'xoauth2', 'oauthbearer'] as const)(
    'never sends a password or token in clear: %s',
    (wanted) => {
      const offered = ['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER'];
      expect(() => choose(wanted, offered, false)).toThrow(ConfigurationError);
    },
  );

  it('names what is offered where the wanted one is not', () => {
    const error = (() => {
      try {
        return choose('cram-md5', ['PLAIN', 'LOGIN'], true);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(RefusedError);
    expect(String(error)).toContain('it offers: LOGIN, PLAIN');
  });
});

describe('a confidential connection', () => {
  it.each([
    [true, '192.0.2.1', false, true],
    [false, '127.0.0.1', false, true],
    [false, '127.8.9.10', false, true],
    [false, '::1', false, true],
    [false, '::ffff:127.0.0.1', false, true],
    [false, '192.0.2.1', true, true],
    [false, '192.0.2.1', false, false],
    [false, 'localhost', false, false],
    [false, '127.example.org', false, false],
    [false, undefined, false, false],
  ])('TLS %s, peer %s, allowed %s: %s', (tls, remoteAddress, allowInsecure, is) => {
    expect(isConfidential({ tls, remoteAddress, allowInsecure })).toBe(is);
  });
});

/** What is read of a file of mail servers, and that a hostile one is read as nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../../src/adapters/autoconfig/config-file.ts';
import { configFile, type WrittenServer } from './config-files.ts';

const imap: WrittenServer = { type: 'imap', host: 'imap.example.org', port: 993 };

describe('a file', () => {
  it('names servers in its order, with what goes with them', () => {
    const text = configFile([
      imap,
      { ...imap, port: 143, socketType: 'STARTTLS', username: '%EMAILLOCALPART%' },
      { type: 'pop3', host: 'pop.example.org', port: 110, socketType: 'plain' },
      { type: 'smtp', host: 'smtp.%EMAILDOMAIN%', port: 465, authentication: ['OAuth2', 'plain'] },
    ]);
    const common = { username: '%EMAILADDRESS%', authentication: ['password-cleartext'] };
    expect(readConfigFile(text)).toEqual({
      name: 'Example & Sons',
      servers: [
        { ...common, service: 'imap', host: 'imap.example.org', port: 993, security: 'tls' },
        {
          ...{ ...common, service: 'imap', host: 'imap.example.org', port: 143 },
          ...{ security: 'starttls', username: '%EMAILLOCALPART%' },
        },
        { ...common, service: 'pop3', host: 'pop.example.org', port: 110, security: 'none' },
        {
          ...{ ...common, service: 'smtp', host: 'smtp.%EMAILDOMAIN%', port: 465, security: 'tls' },
          authentication: ['oauth2', 'plain'],
        },
      ],
      mustBeEnabled: false,
      help: null,
    });
  });

  it('tells that access must be allowed, and where to read how', () => {
    const enable = '<enable visiturl="https://help.example.org/imap?a=1&amp;b=2"/>';
    const more = `<documentation url="https://help.example.org/all"/>${enable}`;
    expect(readConfigFile(configFile([imap], more))).toMatchObject({
      mustBeEnabled: true,
      help: 'https://help.example.org/imap?a=1&b=2',
    });
  });

  it.each([
    'http://help.example.org/',
    'javascript:alert(1)',
    'https://help.example.org/\u202egnp',
    `https://help.example.org/${'a'.repeat(400)}`,
  ])('has no help that may be shown: %s', (url) => {
    const more = `<documentation url="${url}"/>`;
    expect(readConfigFile(configFile([imap], more))?.help).toBeNull();
  });

  it('passes over a server that can not be meant, and keeps the others', () => {
    const odd = [
      { ...imap, port: 0 },
      { ...imap, port: 65_536 },
      { ...imap, port: '993abc' },
      { ...imap, socketType: 'constructor' },
      { ...imap, host: '' },
      { ...imap, type: 'exchange' as 'imap' },
      { type: 'smtp' as const, host: 'imap.example.org', port: 993 },
    ];
    const kept = readConfigFile(configFile([...odd, imap]))?.servers ?? [];
    expect(kept.map(({ service, port }) => [service, port])).toEqual([
      ['imap', 993],
      ['smtp', 993],
    ]);
  });

  it('has a name fit to be shown, and no user name that could not be typed', () => {
    const text = configFile([{ ...imap, username: 'an\u0007na' }]).replace(
      'Example &amp; Sons',
      'Evil \u202eEcho\u0085',
    );
    expect(readConfigFile(text)).toMatchObject({
      name: 'Evil ?Echo?',
      servers: [{ username: null }],
    });
  });
});

const bomb = Array.from(
  { length: 12 },
  (_, at) => `<!ENTITY e${String(at)} "${`&e${String(at - 1)};`.repeat(10)}">`,
).join('');

describe('no file', () => {
  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['a web page', '<!DOCTYPE html><html><head><title>Welcome</title></head></html>'],
    ['a web page that is XML', '<html><body><p>Log in to go on</p></body></html>'],
    ['cut off', configFile([imap]).slice(0, -40)],
    ['no servers', configFile([])],
    ['another root', configFile([imap]).replaceAll('clientConfig', 'config')],
    ['entities of its own', `<!DOCTYPE a [${bomb}]>${configFile([imap])}`],
    [
      'a file of the machine',
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${configFile([imap])}`,
    ],
    ['nested deeply', '<a>'.repeat(40_000)],
    ['nested deeply and closed', `${'<a>'.repeat(9_000)}${'</a>'.repeat(9_000)}`],
    ['names of the language', configFile([imap], '<__proto__><x>1</x></__proto__>')],
    ['a provider that is text', '<clientConfig><emailProvider>x</emailProvider></clientConfig>'],
  ])('is %s', (_, text) => {
    expect(readConfigFile(text)).toBeNull();
  });

  it('is read, whatever it holds, without an error and without a trace', () => {
    const words = [
      '<',
      '>',
      '/',
      '"',
      ' ',
      '=',
      '&',
      ';',
      ']]>',
      '<![CDATA[',
      '<!--',
      '-->',
      '<?',
      '?>',
    ];
    const names = [
      'clientConfig',
      'emailProvider',
      'incomingServer',
      'hostname',
      '__proto__',
      'type',
    ];
    const pieces = fc.array(fc.oneof(fc.constantFrom(...words, ...names), fc.string()));
    fc.assert(
      fc.property(pieces, fc.nat(), (parts, at) => {
        const whole = configFile([imap], parts.join(''));
        const cut =
          whole.slice(0, at % whole.length) + parts.join('') + whole.slice(at % whole.length);
        for (const text of [parts.join(''), whole, cut]) {
          const config = readConfigFile(text);
          expect(config === null || config.servers.length > 0).toBe(true);
          expect(config?.name ?? '').not.toMatch(/[\p{Cc}\u202e]/u);
        }
        expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
      }),
    );
  });

  it('is read in time that grows with its length alone', () => {
    const long = configFile(Array.from({ length: 400 }, () => imap));
    const started = performance.now();
    expect(readConfigFile(long)?.servers).toHaveLength(16);
    readConfigFile('<a '.repeat(40_000));
    readConfigFile(`<a${' b="c"'.repeat(20_000)}>`);
    readConfigFile('<!--'.repeat(30_000));
    readConfigFile('&'.repeat(120_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

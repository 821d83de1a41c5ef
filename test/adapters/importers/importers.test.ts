/** Configurations as people have them: what becomes an account, what is left over, and that no text breaks a parser. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importer } from '../../../src/adapters/importers/importer.ts';
import { accountFaults } from '../../../src/config/read/partial.ts';
import { PosthornError } from '../../../src/errors.ts';
import type { Imported, ImportKind } from '../../../src/ports/accounts/importer.ts';
import { moreSamples } from './samples-sending.ts';
import { samples } from './samples.ts';

const parse = (kind: ImportKind, text: string, file = 'file'): Imported =>
  importer.parse(kind, text, file);

describe.each([...samples, ...moreSamples])(
  '$title',
  ({ kind, file, text, accounts, leftOver, defaultAccount }) => {
    const imported = parse(kind, text, file);

    it('becomes these accounts', () => {
      const found = imported.accounts.map(({ name, entry, secrets }) => ({ name, entry, secrets }));
      expect(found).toEqual(accounts);
      expect(imported.defaultAccount).toBe(defaultAccount);
    });

    it('which hold', () => {
      for (const { entry } of imported.accounts) expect(accountFaults('any', entry)).toEqual([]);
    });

    it('leaves these lines over, with a reason each', () => {
      expect(imported.leftOver.map(({ line, what }) => `${String(line)} ${what}`)).toEqual(
        leftOver,
      );
      for (const { why } of imported.leftOver) expect(why).not.toBe('');
    });

    it('is known by its content', () => {
      expect(importer.kindOf('-', text)).toBe(kind);
    });

    it('says no password but in secrets', () => {
      const said = JSON.stringify([imported.leftOver, imported.accounts.map(({ entry }) => entry)]);
      for (const { secrets } of imported.accounts)
        for (const secret of Object.values(secrets)) expect(said).not.toContain(secret);
    });
  },
);

it('kinds are known by the usual names', () => {
  const names: [string, ImportKind][] = [
    ['/home/a/.mbsyncrc', 'mbsyncrc'],
    ['isyncrc', 'mbsyncrc'],
    ['.offlineimaprc', 'offlineimaprc'],
    ['~/.getmail/getmailrc-work', 'getmailrc'],
    ['.fetchmailrc', 'fetchmailrc'],
    ['.msmtprc', 'msmtprc'],
    ['people.CSV', 'csv'],
  ];
  for (const [name, kind] of names) expect(importer.kindOf(name, '')).toBe(kind);
  expect(importer.kindOf('notes.txt', 'hello\n')).toBeUndefined();
});

const broken: [string, ImportKind, string, RegExp][] = [
  ['a getmailrc without retriever', 'getmailrc', '[options]\n', /no section \[retriever\]/],
  ['a table without address', 'csv', 'name,in_host\n', /column `address`/],
  ['a table with an unknown column', 'csv', 'address,hots\n', /unknown column `hots`/],
  ['a table with a column twice', 'csv', 'address,address\n', /twice/],
  ['a table with an open quote', 'csv', 'address\n"a@b.c\n', /quote/],
  ['a row without address', 'csv', 'address,name\n,x\n', /line 2: the address is missing/],
  ['a row that is too long', 'csv', 'address\na@b.c,d\n', /line 2: more fields/],
  [
    'an address twice',
    'csv',
    'address\na@b.c\n\nA@b.c\n',
    /line 4: the address a@b.c stands in line 2/,
  ],
  ['a port that is no number', 'csv', 'address,in_port\na@b.c,x\n', /line 2: `in_port`/],
];

it.each(broken)('%s is refused', (_, kind, text, why) => {
  expect(() => parse(kind, text)).toThrow(why);
});

const kinds: ImportKind[] = [
  'mbsyncrc',
  'offlineimaprc',
  'getmailrc',
  'fetchmailrc',
  'msmtprc',
  'csv',
];

/** Words of all six, so that arbitrary texts get beyond the first line. */
const words = fc.constantFrom(
  ...'IMAPAccount a|Host|Tunnel|PassCmd "+x|Channel c|Far :a:|Near :b:|Group g c|[retriever]|type = SimplePOP3Retriever|server=h|[Account a]|remoterepository = r|[Repository r]|type = IMAP|remotehost: h|remotepasseval = ("a",|poll h|user "u|password|keep|defaults|set daemon|account a : b|account default : a|host h|passwordeval|address,name|"a""|\\|#|;|='.split(
    '|',
  ),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.oneof(words, fc.constantFrom('\n', ' ', '\t', '\n\n', ',')), { maxLength: 60 })
    .map((parts) => parts.join('')),
);

it.each(kinds)('%s: whatever stands there ends in a result or a classified error', (kind) => {
  fc.assert(
    fc.property(text, (source) => {
      try {
        const { accounts, leftOver } = parse(kind, source);
        for (const { line } of [...accounts, ...leftOver]) expect(line).toBeGreaterThan(0);
        importer.kindOf('x', source);
      } catch (error) {
        if (!(error instanceof PosthornError)) throw error;
      }
    }),
    { numRuns: 400 },
  );
});

it('a thousand rows, and a long line, are read at once', () => {
  const rows = Array.from({ length: 1000 }, (_, n) => `u${String(n)}@example.org,imap.example.org`);
  expect(parse('csv', `address,in_host\n${rows.join('\n')}`).accounts).toHaveLength(1000);
  for (const kind of kinds) {
    const begin = performance.now();
    for (const sign of ['"', ' ', '(', '\\', 'a', '\n'])
      try {
        parse(kind, `[retriever]\npassword_command = ("${sign.repeat(50_000)}`);
      } catch (error) {
        expect(error).toBeInstanceOf(PosthornError);
      }
    expect(performance.now() - begin).toBeLessThan(5000);
  }
});

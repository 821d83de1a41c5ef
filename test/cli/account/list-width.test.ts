/** The list of accounts on terminals of several widths: no row is broken, and a pipe has every column. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configuration, secret } from '../running/accounts.ts';
import { Home } from '../running/posthorn.ts';
import { converse } from '../running/terminal.ts';

let home: Home;

beforeAll(async () => {
  home = await Home.make(
    configuration({
      work: {
        identity: { address: 'anna.mustermann@company.example' },
        incoming: { host: 'imap.mail.company.example', password: secret('x') },
        send: false,
      },
    }),
  );
});

afterAll(() => home.remove());

it.each([
  { columns: 80, row: /^work {2}imap {2}anna\.mustermann@company\.example {2}never {9}new$/m },
  { columns: 120, row: /^work .*@company\.example {2}imap\.mail\.company\.example {2}never/m },
])('on a terminal of $columns columns', async ({ columns, row }) => {
  const { status, text } = await converse(home, ['account', 'list'], [], { columns });
  expect(text).toMatch(row);
  expect(status).toBe(0);
});

it('in a pipe', async () => {
  const { stdout } = await home.run(['account', 'list']);
  expect(stdout).toMatch(
    /^NAME .* SERVER .* STATE\nwork .* imap\.mail\.company\.example .* new\n$/,
  );
});

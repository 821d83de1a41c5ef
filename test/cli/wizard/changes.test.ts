/** The wizard over accounts that are there already: another type, and what they inherit from the defaults of the file. */
import { describe, expect, it } from 'vitest';
import type { AccountEntry } from '../../../src/config/schema/schema.ts';
import { firstAnswers } from '../../../src/cli/wizard/first-answers.ts';
import { prove } from '../../../src/cli/wizard/mend.ts';
import { fieldsOf, sections } from '../../../src/cli/wizard/fields/sections.ts';
import type { Field } from '../../../src/cli/wizard/fields/kinds.ts';
import { intoText, whole, type Draft } from '../../../src/cli/wizard/draft.ts';
import { RefusedError } from '../../../src/errors.ts';
import { readConfigText } from '../../../src/config/read/read.ts';
import type { Account } from '../../../src/core/account/account.ts';
import { draftOf, wizardOf } from './draft.ts';
import { imap } from './rows.ts';

function field(key: string, draft: Draft): Field {
  const all = sections.flatMap((section) => fieldsOf(section, whole(draft)));
  const found = all.find((each) => each.key === key);
  if (found === undefined) throw new Error(`this account has no field ${key}`);
  return found;
}

function load(draft: Draft): Promise<Account> {
  const text = intoText(draft)(JSON.stringify({ version: 1, defaults: draft.defaults }));
  const { accounts, problems } = readConfigText(text, { folder: '/etc', home: '/home/anna' });
  expect(problems).toEqual([]);
  return Promise.resolve(accounts.get(draft.name) as Account);
}

describe('another type', () => {
  const full = draftOf({
    ...imap,
    incoming: { host: 'imap.example.org', port: 993, idle: false, createSystemFolders: true },
  });

  it('takes out what the other type has, and its usual port', async () => {
    const wizard = wizardOf([
      ['Type', 'POP3'],
      ['Which server for POP3?', 'Enter it'],
      ['Host', 'pop.example.org'],
      ['Security', 'TLS'],
      ['Port', ''],
    ]);
    const draft = await field('type', full).ask(wizard, full);
    expect(draft.entry.incoming).toEqual({ host: 'pop.example.org' });
    expect(await load(draft)).toMatchObject({ type: 'pop3', incoming: { port: 995 } });
  });

  it('and back: a port of its own stays, APOP and the deletion go', async () => {
    const incoming = { host: 'h.example', port: 1995, auth: 'apop', leaveOnServer: false } as const;
    const pop3 = draftOf({ ...imap, type: 'pop3', incoming });
    const wizard = wizardOf([
      ['Type', 'IMAP'],
      ['Which server for IMAP?', 'Keep h.example, port 1995'],
    ]);
    const draft = await field('type', pop3).ask(wizard, pop3);
    expect(draft.entry).toEqual({ ...imap, incoming: { host: 'h.example', port: 1995 } });
  });

  it.each<[AccountEntry['sync'], string, AccountEntry['type']]>([
    [{ direction: 'pull', onLocalDelete: 'expunge', folders: { include: ['a'] } }, 'POP3', 'imap'],
    [{ onLocalDelete: 'delete' }, 'IMAP', 'pop3'],
  ])('and what %j says of the sides, which is chosen anew', async (sync, name, type) => {
    const before = draftOf({ ...imap, type, sync: { ...sync, maxSize: '5M' } });
    const wizard = wizardOf([
      ['Type', name],
      [`Which server for ${name}?`, 'Keep'],
    ]);
    const draft = await field('type', before).ask(wizard, before);
    expect(draft.entry.sync).toEqual({ maxSize: '5M' });
  });

  it('is looked for by the address', async () => {
    const wizard = wizardOf(
      [
        ['Type', 'POP3'],
        ['Which server for POP3?', 'Look for it'],
        ['Host', 'pop.example.org'],
        ['Security', 'TLS'],
        ['Port', ''],
      ],
      { discover: () => Promise.resolve(null) },
    );
    const draft = await field('type', full).ask(wizard, full);
    expect(draft.entry.incoming).toEqual({ host: 'pop.example.org' });
    expect(draft.entry.outgoing).toEqual(imap.outgoing);
  });

  it('is offered where the server speaks it, at the port where it does', async () => {
    const account = draftOf({ ...imap, send: false });
    const good = { direction: 'receive', service: 'pop3', error: null, found: null } as const;
    const error = new RefusedError('a POP3 server', { layer: 'greeting' });
    const rest = { steps: [], facts: null, folders: null, messages: null, failedAt: null } as const;
    const endpoint = { host: 'h', port: 993, security: 'tls' } as const;
    const more = { ...rest, endpoint, diagnosis: null };
    const wizard = wizardOf([['What now?', 'Make it an account for POP3']], {
      load,
      test: (_draft, { name, type }) =>
        Promise.resolve({
          account: name,
          servers: [
            type === 'pop3'
              ? { ...good, ...more }
              : { ...good, ...more, error, failedAt: 'greeting', found: 'pop3' },
          ],
          roundTrip: null,
        }),
    });
    const proof = await prove(wizard, account);
    expect(proof).toMatchObject({
      kind: 'good',
      draft: { entry: { type: 'pop3', incoming: { port: 993 } } },
    });
  });
});

describe('what is inherited', () => {
  const defaults = {
    incoming: { host: 'imap.example.org', username: 'shared' },
    outgoing: { host: 'smtp.example.org' },
  };
  const bare = draftOf({ identity: imap.identity }, { defaults });

  it('can be kept by Return where a field must be set', async () => {
    const wizard = wizardOf([['Host – name of the server (imap.example.org (defaults))', '']]);
    const draft = await field('incoming.host', bare).ask(wizard, bare);
    expect(draft.entry).toEqual(bare.entry);
  });

  it('gives way to the address as the user name', async () => {
    const named = [
      ['Type', ''],
      ['Address', 'anna@example.org'],
      ['Your name', ''],
      ['User name', 'anna@example.org'],
      ['Password of', 'an environment variable'],
      ['Name of the variable', 'SECRET'],
    ] as const;
    const draft = await firstAnswers(wizardOf(named), draftOf({}, { defaults }), 'work');
    expect(draft.entry.incoming?.username).toBe('anna@example.org');
  });

  it('needs no password where it is a client certificate', async () => {
    const external = { ...defaults, incoming: { ...defaults.incoming, auth: 'external' } } as const;
    const named = [
      ['Type', ''],
      ['Address', 'anna@example.org'],
      ['Your name', ''],
      ['User name', 'shared'],
    ] as const;
    const wizard = wizardOf(named);
    const draft = await firstAnswers(wizard, draftOf({}, { defaults: external }), 'work');
    expect(draft.entry).toEqual({ identity: { address: 'anna@example.org' } });
  });
});

describe('a command that is a list', () => {
  it('is kept as it is', async () => {
    const password = { command: ['pass', 'show', 'mail'] };
    const draft = draftOf({ ...imap, incoming: { host: 'h', password } });
    const wizard = wizardOf([['Password of', 'as it is: printed by a command']]);
    expect(await field('incoming.password', draft).ask(wizard, draft)).toEqual(draft);
  });
});

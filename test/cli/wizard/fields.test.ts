/** Each field of the wizard: what is asked, what stands in the draft then, how it reads, and how it is taken back. */
import { describe, expect, it } from 'vitest';
import { changesOf, intoText, withValue } from '../../../src/cli/wizard/draft.ts';
import { fieldsOf, sections } from '../../../src/cli/wizard/fields/sections.ts';
import { summary } from '../../../src/cli/wizard/menu.ts';
import type { Field } from '../../../src/cli/wizard/fields/kinds.ts';
import type { AccountEntry } from '../../../src/config/schema/schema.ts';
import { accountFields } from '../account/fields.ts';
import { draftOf, wizardOf } from './draft.ts';
import { imap, wizardRows } from './rows.ts';
import { syncRows } from './rows-sync.ts';

const rows = [...wizardRows, ...syncRows];

function field(key: string, entry: AccountEntry = imap): Field {
  const found = sections
    .flatMap((section) => fieldsOf(section, entry))
    .find((each) => each.key === key);
  if (found === undefined) throw new Error(`this account has no field ${key}`);
  return found;
}

function valueAt(entry: AccountEntry, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>(
      (value, part) => (value as Record<string, unknown> | undefined)?.[part],
      entry,
    );
}

describe('each field of the wizard', () => {
  it.each(rows)('$key: $answers', async ({ key, entry = imap, answers, written, shown }) => {
    const wizard = wizardOf(answers);
    const each = field(key, entry);
    const draft = await each.ask(wizard, draftOf(entry));
    expect(wizard.questions.left()).toEqual([]);
    for (const [path, value] of Object.entries(written))
      expect({ path, value: valueAt(draft.entry, path) }).toEqual({ path, value });
    expect(each.text(draft)).toBe(shown);
    // What the draft says is what a file may say.
    expect(() => intoText({ ...draft, entry: { id: 'abcd12', ...draft.entry } })('')).not.toThrow();
  });

  it('writes nothing for what goes without saying, and takes back what was set', async () => {
    const set = draftOf({
      ...imap,
      label: 'Office',
      enabled: false,
      incoming: { host: 'h', port: 1 },
    });
    const label = await field('label').ask(wizardOf([['Label', '-']]), set);
    expect(label.entry.label).toBeUndefined();
    const enabled = await field('enabled').ask(wizardOf([['Enabled', 'yes']]), set);
    expect('enabled' in enabled.entry).toBe(false);
    const port = await field('incoming.port').ask(wizardOf([['Port', '-']]), set);
    expect(port.entry.incoming).toEqual({ host: 'h' });
  });

  it('writes what differs from the defaults of the file, and shows what they give', async () => {
    const draft = draftOf(imap, { defaults: { send: false, incoming: { interval: '1h' } } });
    expect(field('incoming.interval').text(draft)).toBe('1h (defaults)');
    const sending = await field('send').ask(wizardOf([['Sending', 'yes']]), draft);
    expect(sending.entry.send).toBe(true);
  });

  it('refuses what the file would refuse, in its words', async () => {
    const wrong = (key: string, question: string, answer: string): Promise<unknown> =>
      field(key).ask(wizardOf([[question, answer]]), draftOf(imap));
    await expect(wrong('incoming.port', 'Port', '99999')).rejects.toThrow('from 1 to 65535');
    await expect(wrong('incoming.host', 'Host', 'imaps://x')).rejects.toThrow('host name');
    await expect(wrong('identity.address', 'Address', 'nobody')).rejects.toThrow('address');
    await expect(wrong('incoming.interval', 'Polling', '7 minutes')).rejects.toThrow('unit');
    await expect(wrong('sync.maxSize', 'Largest', '20 MB')).rejects.toThrow('size');
    await expect(wrong('sync.folders.include', 'Only', 'a, !b')).rejects.toThrow('folders.exclude');
  });
});

describe('the wizard as a whole', () => {
  it('asks for every key that an option can set', () => {
    const file = 'a file';
    const files = {
      certificate: file,
      p12: file,
      text: file,
      otherText: file,
      password: file,
      authority: file,
      key: file,
    };
    const fields = new Set(sections.flatMap((section) => section.fields.map(({ key }) => key)));
    const asked = new Set([...fields, ...rows.flatMap(({ written }) => Object.keys(written))]);
    const keys = accountFields.flatMap(({ written }) => Object.keys(written(files)));
    expect(keys.filter((key) => !asked.has(key))).toEqual([]);
  });
});

describe('the security', () => {
  it('takes the default port along in front of the person, and leaves a port that was given', async () => {
    const wizard = wizardOf([['Security', 'STARTTLS']]);
    await field('incoming.security').ask(wizard, draftOf(imap));
    expect(wizard.questions.said).toContain('The port changes with it: 993 → 143.');
    const given = wizardOf([['Security', 'STARTTLS']]);
    await field('incoming.security').ask(
      given,
      draftOf(withValue(draftOf(imap), 'incoming.port', 1993).entry),
    );
    expect(given.questions.said).toContain('The port stays 1993, as it was given.');
  });

  it('asks before a password may leave in clear, and takes the leave back with the encryption', async () => {
    const wizard = wizardOf([
      ['Security', 'none'],
      ['Allow the password', true],
    ]);
    const open = await field('incoming.security').ask(wizard, draftOf(imap));
    expect(wizard.questions.said.join(' ')).toContain('PLAIN or LOGIN');
    expect(open.entry.incoming?.allowInsecure).toBe(true);
    const closed = await field('incoming.security').ask(wizardOf([['Security', 'TLS']]), open);
    expect(closed.entry.incoming).toEqual({ host: 'imap.example.org' });
  });
});

describe('passwords', () => {
  it('are kept in memory until they are saved', async () => {
    const wizard = wizardOf([
      ['Password of anna', 'typed now, kept in the keyring'],
      ['Password', 'secret'],
    ]);
    const draft = await field('incoming.password').ask(wizard, draftOf(imap));
    expect(draft.entry.incoming?.password).toEqual({ keyring: true });
    expect(draft.secrets).toEqual([
      { owner: { accountId: '7f3kq2', server: 'incoming' }, secret: 'secret', place: 'keyring' },
    ]);
    expect(field('incoming.password').text(draft)).toBe('typed, will be kept in the keyring');
    const moved = await field('incoming.password').ask(
      wizardOf([
        ['Password of anna', 'a command'],
        ['Command line', 'pass x'],
      ]),
      draft,
    );
    expect(moved.secrets).toEqual([]);
  });

  it('are asked for again where they can be none', async () => {
    const wizard = wizardOf([
      ['Password of anna', 'typed now, kept in a file'],
      ['Password', ''],
      ['Password', 'a\u0007b'],
      ['Password', 'good one'],
    ]);
    const draft = await field('incoming.password').ask(wizard, draftOf(imap));
    expect(draft.secrets[0]?.secret).toBe('good one');
  });

  it('of the outgoing server go with its own login', async () => {
    const own = draftOf({
      ...imap,
      outgoing: { host: 's', credentials: 'own', username: 'u', password: { stored: true } },
    });
    const same = await field('outgoing.credentials').ask(
      wizardOf([['Login for sending', 'same']]),
      own,
    );
    expect(same.entry.outgoing).toEqual({ host: 's' });
  });
});

describe('a draft', () => {
  it('becomes an edit of those keys alone that changed', () => {
    const before: AccountEntry = { ...imap, label: 'Old', tags: ['a'] };
    const draft = draftOf({ ...imap, label: 'New' }, { before });
    expect([...changesOf(draft)]).toEqual([
      ['tags', undefined],
      ['label', 'New'],
    ]);
  });

  it('reads at a glance', () => {
    const draft = draftOf({ ...imap, incoming: { host: 'h', interval: '1m' } });
    const glances = sections.map((section) => `${section.title}: ${summary(section, draft)}`);
    expect(glances).toContain('Incoming server: h:993 (tls)');
    expect(glances).toContain('Fetching: polling interval 1m');
    expect(glances).toContain('Sync: as usual');
    expect(glances).toContain('Signature: as usual');
  });
});

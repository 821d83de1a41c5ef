/** Coming from the real mbsync: its mail and state are imported, and nothing is transferred again; and back to it. */

import { rename, unlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ShownState } from '../../src/app/state-care/show-state.ts';
import { arriving, minute } from './arriving.ts';
import { mail, nothing } from './other-programs.ts';

const {
  dovecot,
  user,
  place,
  flagThere,
  there,
  bodiesOf,
  sync,
  files,
  imported,
  transfersNothing,
  fileOf,
  flagHere,
} = arriving();

function remoteOfMbsync(): string[] {
  return [
    'IMAPAccount work',
    'Host localhost',
    `Port ${String(dovecot().ports.imaps)}`,
    `User ${user().address}`,
    `PassCmd "echo ${user().password}"`,
    'SSLType IMAPS',
    `CertificateFile ${dovecot().ca}`,
    '',
    'IMAPStore far',
    'Account work',
    '',
  ];
}

function nearOfMbsync(...lines: readonly string[]): string[] {
  return ['MaildirStore near', ...lines, ''];
}

function channel(...lines: readonly string[]): string[] {
  return [
    'Channel work',
    'Far :far:',
    'Near :near:',
    'Patterns *',
    'Create Both',
    'Expunge Both',
    ...lines,
  ];
}

const verbatim = () =>
  nearOfMbsync(
    `Path ${place().path('mail')}/`,
    `Inbox ${place().path('mail', 'INBOX')}`,
    'SubFolders Verbatim',
  );

describe('from mbsync', { timeout: minute }, () => {
  const layouts: readonly [string, () => string[], Readonly<Record<string, unknown>>][] = [
    ['SubFolders Verbatim, SyncState *', () => [...verbatim(), ...channel('SyncState *')], {}],
    ["mbsync's own folder for the state", () => [...verbatim(), ...channel()], {}],
    [
      'SyncState for all channels, a prefix',
      () => [`SyncState ${place().path('state-')}`, '', ...verbatim(), ...channel()],
      {},
    ],
    [
      'SubFolders Maildir++',
      () => [
        ...nearOfMbsync(`Inbox ${place().path('mail')}/`, 'SubFolders Maildir++'),
        ...channel('SyncState *'),
      ],
      { layout: 'maildir++' },
    ],
  ];

  it.each(layouts)(
    '%s: the first sync transfers nothing, flags flow',
    async (_, lines, options) => {
      const global = lines()[0]?.startsWith('SyncState') === true ? lines().slice(0, 2) : [];
      const text = [...global, ...remoteOfMbsync(), ...lines().slice(global.length)];
      await place().write('mbsyncrc', `${text.join('\n')}\n`);
      await place().mbsync('work');
      const { states } = await imported('mbsyncrc', options);
      expect(states).toMatchObject([{ left: [], error: null }]);
      const known = new Map(states[0]?.folders.map((each) => [each.remote, each]));
      expect(known.get('INBOX')).toEqual({ remote: 'INBOX', messages: 5, doubtful: 0 });
      expect(known.get('Projekte/Straße')).toEqual({
        remote: 'Projekte/Straße',
        messages: 1,
        doubtful: 0,
      });
      await transfersNothing();
      await flagHere('two', 'FS');
      await flagThere('add', '\\Answered', 'one');
      await sync();
      expect(await there()).toContain('two F');
      expect(await fileOf('one')).toMatch(/,U=\d+:2,RS$/);
    },
  );

  async function synced(): Promise<void> {
    const text = [...remoteOfMbsync(), ...verbatim(), ...channel('SyncState *')];
    await place().write('mbsyncrc', `${text.join('\n')}\n`);
    await place().mbsync('work');
  }

  it('there and back: mbsync goes on after posthorn, with its own configuration', async () => {
    await synced();
    await imported('mbsyncrc');
    await dovecot().deliver(user(), 'INBOX', [mail('five')]);
    await flagHere('three', 'S');
    await sync();
    await place().told('state', 'export', 'work', '--to', 'mbsync');
    const before = await files();
    expect(await bodiesOf(() => place().mbsync('work'))).toBe(0);
    expect(await files()).toEqual(before);
    expect(await there()).toHaveLength(6);
    await flagHere('five', 'F');
    await place().mbsync('work');
    expect(await there()).toContain('five F');
  });

  it('what was changed since mbsync ran last is carried over: flags, deletions, what is new on either side', async () => {
    await synced();
    await flagHere('one', 'FS');
    await unlink(await fileOf('two'));
    await dovecot().doveadm(
      'expunge',
      '-u',
      user().address,
      'mailbox',
      'INBOX',
      'SUBJECT',
      'three',
    );
    await dovecot().deliver(user(), 'INBOX', [mail('five')]);
    await writeFile(
      place().path('mail', 'INBOX', 'cur', 'mine:2,S'),
      mail('mine').toString().replaceAll('\r\n', '\n'),
    );
    const { states } = await imported('mbsyncrc');
    // Of a file that is gone nobody knows what it was: its message comes again.
    expect(states[0]?.folders.find(({ remote }) => remote === 'INBOX')).toMatchObject({
      messages: 4,
      doubtful: 1,
    });
    await sync();
    expect(await there()).toEqual(['five', 'four', 'mine', 'nameless', 'one F', 'two']);
    expect(await place().here('INBOX')).toEqual([
      'five',
      'four',
      'mine S',
      'nameless',
      'one FS',
      'two',
    ]);
    for (const folder of (await sync()).received ?? []) expect(folder).toMatchObject(nothing);
  });

  it('a file that stands under the number of another one is not believed', async () => {
    await synced();
    const [one, two] = [await fileOf('one'), await fileOf('two')];
    const [three, four] = [await fileOf('three'), await fileOf('four')];
    await rename(three, `${three}.tmp`);
    await rename(four, three);
    await rename(`${three}.tmp`, four);
    const { states } = await imported('mbsyncrc');
    expect(states[0]?.folders.find(({ remote }) => remote === 'INBOX')).toMatchObject({
      messages: 5,
      doubtful: 0,
    });
    const sent = await bodiesOf(() => sync());
    expect(sent).toBe(0);
    expect(await there()).toEqual(['four', 'nameless', 'one', 'three', 'two']);
    expect(await place().here('INBOX')).toEqual(['four', 'nameless', 'one S', 'three', 'two']);
    expect([await fileOf('one'), await fileOf('two')]).toEqual([one, two]);
  });

  it('a folder that was numbered anew begins without a state, and nothing is doubled', async () => {
    await synced();
    await dovecot().setUidValidity(user(), 'Projekte/Straße', 4242);
    const { states } = await imported('mbsyncrc');
    expect(states[0]?.left).toMatchObject([{ remote: 'Projekte/Straße' }]);
    await transfersNothingBut('adopted');
  });

  async function transfersNothingBut(what: string): Promise<void> {
    const before = await files();
    const { received } = await sync();
    for (const folder of received ?? []) {
      const { [what as 'fetched']: _, ...rest } = nothing;
      expect(folder).toMatchObject(rest);
    }
    expect(await files()).toEqual(before);
  }

  it('a rebuild keeps the places of folders that mbsync named', async () => {
    await synced();
    await imported('mbsyncrc');
    const before = await files();
    await place().told('state', 'rebuild', 'work');
    expect(await files()).toEqual(before);
    const state = await place().told<ShownState>('state', 'show', 'work');
    expect(state.folders.find(({ remote }) => remote === 'Projekte/Straße')?.path).toBe(
      place().path('mail', 'Projekte/Stra&AN8-e'),
    );
    expect((await dovecot().folders(user())).map(({ name }) => name)).not.toContain(
      'Projekte/Stra&AN8-e',
    );
  });

  it('refuses what it has no layout for, before anything is saved', async () => {
    const near = nearOfMbsync(
      `Path ${place().path('mail')}/`,
      `Inbox ${place().path('mail', 'INBOX')}`,
      'SubFolders Legacy',
    );
    await place().write('mbsyncrc', [...remoteOfMbsync(), ...near, ...channel()].join('\n'));
    await place().write('config.yaml', JSON.stringify({ version: 1 }));
    const refused = await place().posthorn(
      'account',
      'import',
      '--with-state',
      place().path('mbsyncrc'),
    );
    expect([refused.status, refused.stderr]).toEqual([
      78,
      expect.stringContaining('SubFolders Legacy'),
    ]);
    const list = await place().told<{ accounts: unknown[] }>('account', 'list');
    expect(list.accounts).toEqual([]);
  });

  it('what was deleted here, and is kept on the server by mbsync, does not come back', async () => {
    const keeping = channel('SyncState *').map((line) =>
      line.replace('Expunge Both', 'Expunge None'),
    );
    await place().write('mbsyncrc', [...remoteOfMbsync(), ...verbatim(), ...keeping].join('\n'));
    await place().mbsync('work');
    await unlink(await fileOf('two'));
    await place().mbsync('work');
    const { states } = await imported('mbsyncrc');
    expect(states).toMatchObject([{ left: [], error: null }]);
    expect(await bodiesOf(() => sync())).toBe(0);
    expect(await place().here('INBOX')).toEqual(['four', 'nameless', 'one S', 'three']);
    expect(await there()).toHaveLength(5);
  });

  it('refuses an inbox that lies elsewhere, before anything is saved', async () => {
    const near = nearOfMbsync(`Path ${place().path('mail')}/`, `Inbox ${place().path('box')}`);
    await place().write('mbsyncrc', [...remoteOfMbsync(), ...near, ...channel()].join('\n'));
    await place().write('config.yaml', JSON.stringify({ version: 1 }));
    const refused = await place().posthorn(
      'account',
      'import',
      '--with-state',
      place().path('mbsyncrc'),
    );
    expect([refused.status, refused.stderr]).toEqual([
      78,
      expect.stringContaining('outside of its Path'),
    ]);
  });

  it('says what to do where mbsync was broken off, and a rebuild does it', async () => {
    await synced();
    for (const suffix of ['new', 'journal'])
      await writeFile(place().path('mail', 'INBOX', `.mbsyncstate.${suffix}`), '');
    await place().write('config.yaml', JSON.stringify({ version: 1 }));
    const refused = await place().posthorn(
      'account',
      'import',
      '--with-state',
      place().path('mbsyncrc'),
    );
    expect([refused.status, refused.stderr]).toEqual([
      78,
      expect.stringContaining('run to its end once'),
    ]);
    const before = await files();
    expect((await place().posthorn('sync')).stderr).toContain('state rebuild');
    await place().told('state', 'rebuild', 'work');
    expect(await there()).toHaveLength(5);
    expect(before.filter((path) => path.includes('INBOX'))).toEqual(
      (await files()).filter((path) => path.includes('INBOX')),
    );
  });
});

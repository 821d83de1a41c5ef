/** Coming from the real OfflineIMAP: its mail and state are imported, and nothing is transferred again. */

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { arriving, minute } from './arriving.ts';

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

describe('from OfflineIMAP', { timeout: 2 * minute }, () => {
  async function synced(local: readonly string[] = []): Promise<void> {
    const text = [
      '[general]',
      'accounts = work',
      '',
      '[Account work]',
      'localrepository = here',
      'remoterepository = there',
      '',
      '[Repository here]',
      'type = Maildir',
      `localfolders = ${place().path('mail')}`,
      ...local,
      '',
      '[Repository there]',
      'type = IMAP',
      'remotehost = localhost',
      `remoteport = ${String(dovecot().ports.imaps)}`,
      `remoteuser = ${user().address}`,
      `remotepass = ${user().password}`,
      `sslcacertfile = ${dovecot().ca}`,
      '',
    ];
    await place().write('offlineimaprc', text.join('\n'));
    await place().offlineimap();
  }

  it.each([['.'], ['/']])(
    'folders parted by %s: the first sync transfers nothing, flags flow',
    async (separator) => {
      await synced([`sep = ${separator}`]);
      const { states } = await imported('offlineimaprc');
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
      expect(await fileOf('one')).toMatch(/,U=\d+,FMD5=[0-9a-f]{32}:2,RS$/);
    },
  );

  it('goes on after posthorn: its names and its status still hold', async () => {
    await synced();
    await imported('offlineimaprc');
    await sync();
    const before = await files();
    expect(await bodiesOf(() => place().offlineimap())).toBe(0);
    expect(await files()).toEqual(before);
    expect(await there()).toHaveLength(5);
  });

  it('refuses names that Python makes', async () => {
    await synced();
    const text = await readFile(place().path('offlineimaprc'), 'utf8');
    await place().write(
      'offlineimaprc',
      text.replace('type = Maildir', 'type = Maildir\nnametrans = lambda name: name'),
    );
    await place().write('config.yaml', JSON.stringify({ version: 1 }));
    const refused = await place().posthorn(
      'account',
      'import',
      '--with-state',
      place().path('offlineimaprc'),
    );
    expect([refused.status, refused.stderr]).toEqual([78, expect.stringContaining('nametrans')]);
  });
});

describe('several files in one call', { timeout: minute }, () => {
  it('each account is imported', async () => {
    await place().write('config.yaml', JSON.stringify({ version: 1 }));
    await place().write(
      'a.csv',
      'name,address,in_host,out_host\nann,ann@example.org,imap.example.org,\n',
    );
    await place().write(
      'b.csv',
      'name,address,in_host,out_host\nbob,bob@example.org,imap.example.org,\n',
    );
    const { status, stderr } = await place().posthorn(
      'account',
      'import',
      place().path('a.csv'),
      place().path('b.csv'),
    );
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    const list = await place().told<{ accounts: { name: string }[] }>('account', 'list');
    expect(list.accounts.map(({ name }) => name)).toEqual(['ann', 'bob']);
  });
});

/** A disk that hangs under a running daemon: `daemon stop` ends in any case, and says what keeps the process. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDemoServers, type DemoServers } from '../../src/demo/servers.ts';
import { configuration, onDemo, type Entry } from './running/accounts.ts';
import { Home, posthorn } from './running/posthorn.ts';

let servers: DemoServers;
let home: Home;

beforeEach(async () => {
  servers = await startDemoServers();
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
  await servers.stop();
});

/** The demo's IMAP user, whose first mail is still to come. */
async function configured(): Promise<void> {
  const [user] = servers.users;
  if (user === undefined) throw new Error('the demo has no user');
  const { incoming, ...rest } = onDemo(servers, user) as { incoming: Entry };
  const work = { ...rest, incoming: { ...incoming, interval: '1s' } };
  await home.configure(configuration({ work }));
}

/**
 * A file system of its own (ext4 in a file: a tmpfs can't be frozen) at `place`, in a namespace that ends with the script. It is
 * thawed however the script goes on, since no process that waits for it could be ended.
 */
const script = (place: string): string => `
  set -e
  posthorn() { ${posthorn.join(' ')} "$@"; }
  mkdir -p ${place}
  truncate -s 32M disk.img
  mkfs.ext4 -q -F disk.img
  mount -o loop disk.img ${place}
  thaw() { fsfreeze -u ${place} 2>/dev/null || true; }
  (trap 'kill $!' TERM; sleep 30 & wait; thaw) & guard=$!
  trap 'thaw; kill $guard' EXIT
  posthorn daemon start
  pid=$(sed 's/.*"process":\\([0-9]*\\).*/\\1/' .local/state/posthorn/daemon.json)
  fsfreeze -f ${place}
  echo frozen >&2
  until grep -q '^State:.D' /proc/$pid/task/*/status; do sleep 0.05; done
  status=0
  posthorn daemon stop || status=$?
  echo "status $status"
  kill -0 $pid
  thaw
  while kill -0 $pid 2>/dev/null; do sleep 0.05; done
  cp .local/state/posthorn/daemon.log log
  echo gone`;

// Only root may freeze one, and a container may have no loop device.
const canFreeze = process.getuid?.() === 0 && existsSync('/dev/loop-control');

if (canFreeze)
  it.each([
    ['mail', 'Mail'],
    ['the state', '.local/state/posthorn'],
  ])('that holds %s', { timeout: 50_000 }, async (_, place) => {
    await configured();
    const running = home.spawn(['unshare', '-m', 'sh', '-c', script(place)]);
    await running.said('frozen');
    for (const { inbox } of servers.mailboxes.values())
      inbox.append({ raw: Buffer.from('Subject: while it is frozen\r\n\r\nhello\r\n') });
    const { status, stdout, stderr } = await running.ended;
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toMatch(/^The daemon is ready.*\nstatus 75\ngone\n$/);
    expect(stderr).toMatch(
      /^posthorn: the daemon .* its process \d+ is still there: it waits for a disk that does not answer\. /m,
    );
    const log = await readFile(join(home.folder, 'log'), 'utf8');
    expect(log).toMatch(/ info stopped\n$/);
    expect(log).not.toMatch(/bug/);
  });

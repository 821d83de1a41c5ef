/** The demo: starts the servers, runs the real commands one after another, and compares every message byte by byte. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareMail, type Comparison } from './compare.ts';
import { startDemoServers, type DemoServers } from './servers.ts';
import { Stage } from './stage.ts';
import { demoPeople, type DemoPeople } from './mail/users.ts';

export interface DemoOptions {
  /** Leave the temporary folder. */
  readonly keep: boolean;
  readonly color: boolean;
  /** Width to fold the shown command lines to. */
  readonly columns: number;
  /** The script that the commands are run by. */
  readonly launcher: string;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Resolves with the exit status: 0 where every message on disk equals the server's. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-demo-'));
  const people = demoPeople();
  const servers = await startDemoServers({ users: [people.imap, people.pop3] });
  const stage = new Stage({ ...options, folder });
  try {
    await play(stage, people, servers, folder);
    return conclude(stage, await compareMail(people, join(folder, 'Mail')));
  } catch (error) {
    options.signal.throwIfAborted();
    stage.say(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`);
    return 70;
  } finally {
    await stage.runQuietly(['daemon', 'stop']);
    await servers.stop();
    if (options.keep) stage.say(`Everything is left in ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

async function play(
  stage: Stage,
  people: DemoPeople,
  servers: DemoServers,
  folder: string,
): Promise<void> {
  await prepare(folder, people);
  stage.say(
    'Three mail servers of the demo are up on this machine: IMAP, POP3 and SMTP.\n' +
      'Mara reads her mail by IMAP, Jonas fetches his by POP3.\n' +
      'Each command below is the real one.',
  );
  await addAccounts(stage, people, servers);
  await firstSync(stage);
  await sendOne(stage, people);
  await keepGoing(stage, people, folder);
}

/** The outbox waits for the next sync here, so that it can be looked at. */
async function prepare(folder: string, people: DemoPeople): Promise<void> {
  const config = join(folder, '.config', 'posthorn');
  await mkdir(config, { recursive: true, mode: 0o700 });
  const options =
    'version: 1\noptions:\n  sendImmediately: false # the outbox waits for the next sync\n';
  await writeFile(join(config, 'config.yaml'), options, { mode: 0o600 });
  await writeFile(join(folder, 'mara.secret'), `${people.imap.password}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'jonas.secret'), `${people.pop3.password}\n`, { mode: 0o600 });
}

async function addAccounts(stage: Stage, people: DemoPeople, servers: DemoServers): Promise<void> {
  const { imapPort, pop3Port, smtpPort } = servers;
  const outgoing = [
    '--out-host',
    '127.0.0.1',
    '--out-port',
    String(smtpPort),
    '--out-security',
    'none',
  ];
  const incoming = ['--in-host', '127.0.0.1', '--in-security', 'none'];
  stage.heading('Two accounts, tested before they are saved');
  await stage.run([
    ...['account', 'add', 'mara', '--email', people.imap.name, '--full-name', 'Mara Brunnen'],
    ...[...incoming, '--in-port', String(imapPort), ...outgoing, '--interval', '1s'],
    ...['--password-file', 'mara.secret', '--default'],
  ]);
  await stage.run([
    ...['account', 'add', 'jonas', '--type', 'pop3', '--email', people.pop3.name],
    ...[...incoming, '--in-port', String(pop3Port), ...outgoing, '--interval', '1s'],
    ...['--password-file', 'jonas.secret'],
  ]);
  await stage.run(['account', 'list']);
  await stage.run(['account', 'test']);
}

async function firstSync(stage: Stage): Promise<void> {
  stage.heading('All their mail, into Maildir');
  await stage.run(['sync']);
  await stage.run(['folders']);
}

async function sendOne(stage: Stage, people: DemoPeople): Promise<void> {
  stage.heading('A message out by SMTP; the copy goes to the sent folder of the server');
  const to = ['--to', people.pop3.name, '--subject', 'Grüße vom Brunnen'];
  await stage.run(['send', ...to], 'Lieber Jonas,\n\ndas Posthorn bläst.\n\nMara\n');
  await stage.run(['outbox', 'list']);
  await stage.run(['sync']);
  await stage.run(['outbox', 'list']);
  stage.heading('What went out has arrived at Jonas, and in the sent folder of Mara');
  await stage.run(['sync']);
  stage.heading('A second sync finds nothing new');
  const again = await stage.run(['sync']);
  if (/new message/.test(again)) throw new Error('the second sync found messages again');
}

const arrival = [
  'From: Jonas <jonas@brunnen.example>',
  'To: Mara <mara@brunnen.example>',
  'Subject: Re: Gr=?utf-8?q?=C3=BC=C3=9Fe?= vom Brunnen',
  'Date: Mon, 02 Mar 2026 09:30:00 +0100',
  'Message-ID: <reply-1@brunnen.example>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  'Ich höre es bis hierher.',
  '',
].join('\r\n');

async function keepGoing(stage: Stage, people: DemoPeople, folder: string): Promise<void> {
  stage.heading('The daemon does it by itself: a message arrives meanwhile');
  await stage.run(['daemon', 'start']);
  const inbox = people.imap.mailbox.inbox;
  inbox.append({ raw: Buffer.from(arrival), internalDate: new Date() });
  stage.say('(The answer of Jonas has just arrived on the IMAP server.)');
  await waitUntil(async () => {
    const { different, missing } = await compareMail(people, join(folder, 'Mail'));
    return different + missing === 0;
  });
  await stage.run(['daemon', 'status']);
  await stage.run(['folders', 'mara']);
  await stage.run(['daemon', 'stop']);
}

/** Ends well or throws within half a minute. */
async function waitUntil(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('the message did not arrive within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function conclude(stage: Stage, { equal, missing, different }: Comparison): number {
  stage.heading('Every message on disk beside the one on the server');
  if (missing + different === 0) {
    stage.say(
      `All ${String(equal)} messages are equal byte for byte (CRLF as LF).\nNone is missing, none is double.`,
    );
    return 0;
  }
  stage.say(
    `${String(equal)} messages are equal, ${String(missing)} missing, ${String(different)} too many or different.`,
  );
  return 70;
}

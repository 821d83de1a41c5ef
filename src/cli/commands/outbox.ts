/** posthorn outbox: what is written and not sent yet. */

import { Option, type Command } from 'commander';
import { lookUpState } from '../../app/accounts/bind-account.ts';
import { haltedBy } from '../../app/outbox/connect-for-sending.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { cancelMessages, messagesNamed, retryMessages } from '../../app/outbox/outbox-orders.ts';
import { isoTime, type AccountJson } from '../../app/sync/report-json.ts';
import { flushInTurn } from '../../app/outbox/flush-in-turn.ts';
import type { Config } from '../../config/read/config.ts';
import type { OutboxEntry } from '../../core/outbox/entry.ts';
import type { Account } from '../../core/account/account.ts';
import { gravest, type ExitStatus } from '../../errors.ts';
import type { Act } from '../act.ts';
import { printTable } from '../terminal/table.ts';
import { examples } from '../terminal/examples.ts';
import { flushSoon } from '../sync/after-queueing.ts';
import { confirm } from '../terminal/prompt.ts';
import { accountsMeant, readConfig, withNeighbours } from '../session.ts';
import { runSync } from '../sync/run-sync.ts';
import { printAccount } from '../sync/sync-text.ts';
import { localTime, plural } from '../terminal/text.ts';
import { printable } from '../../printable.ts';
import type { Run } from '../world.ts';

export function register(command: Command, act: Act): void {
  command
    .command('list')
    .description('every message that waits, and why')
    .addHelpText('after', examples('posthorn outbox list --json'))
    .action(act(list));
  command
    .command('flush')
    .argument('[names...]', 'accounts; all where left out')
    .description('try now what is due')
    .addOption(new Option('--in-turn', 'wait behind another flush, unless one waits').hideHelp())
    .addHelpText('after', examples('posthorn outbox flush work'))
    .action(act(flush));
  command
    .command('retry')
    .argument('[ids...]', 'messages; all that have failed where left out')
    .description('make messages due now, and ask refused recipients again')
    .addHelpText('after', examples('posthorn outbox retry mwtuizm6uhcg'))
    .action(act(retry));
  command
    .command('cancel')
    .argument('<ids...>', 'messages')
    .description('remove messages for good')
    .addHelpText('after', examples('posthorn outbox cancel mwtuizm6uhcg'))
    .action(act(cancel));
  command.addHelpText('after', '\nExample:\n  posthorn outbox list --json');
}

async function list(run: Run): Promise<number> {
  const config = await readConfig(run);
  return withNeighbours(run, config, async (neighbours) => {
    const { entries, broken } = await neighbours.outbox.list();
    const senders = await sendersById(config, neighbours);
    for (const { id, why } of broken) run.output.warn(`outbox ${id}: ${why}`);
    const rows = entries.map((entry) => describe(entry, senders.get(entry.accountId) ?? null));
    if (run.output.json) run.output.document({ messages: rows, broken });
    else if (rows.length === 0) run.output.say('The outbox is empty.');
    else
      printTable(
        run.output,
        ['ID', 'ACCOUNT', 'STATE', 'NEXT ATTEMPT', 'TO', 'SUBJECT'],
        rows.map(asRow),
        rows.map(({ reason }) => (reason === null ? null : `(${printable(reason)})`)),
      );
    return 0;
  });
}

type Described = ReturnType<typeof describe>;

/** The shape of one message in --json; times in ISO 8601, sizes in octets. */
function describe(entry: OutboxEntry, sender: Sender | null) {
  const {
    id,
    state,
    from,
    recipients,
    messageId,
    subject,
    size: octets,
    attempts,
    lastError,
  } = entry;
  const waits = state !== 'failed' && state !== 'held';
  const halted = waits ? (sender?.halted ?? null) : null;
  return {
    id,
    account: sender?.name ?? null,
    state,
    from,
    recipients,
    messageId,
    subject,
    size: octets,
    attempts,
    createdAt: isoTime(entry.createdAt),
    nextAttempt: waits && halted === null ? isoTime(entry.nextAttempt) : null,
    reason: halted ?? lastError,
  };
}

function asRow(entry: Described): string[] {
  const [first, ...others] = entry.recipients;
  const more = others.length === 0 ? '' : ` +${String(others.length)}`;
  return [
    entry.id,
    entry.account ?? '(removed)',
    entry.state,
    entry.nextAttempt === null ? 'none' : localTime(entry.nextAttempt),
    printable(`${first?.address ?? ''}${more}`),
    printable(entry.subject),
  ];
}

interface Sender {
  readonly name: string;
  /** Why nothing is sent until a person has mended it. */
  readonly halted: string | null;
}

async function sendersById(
  { accounts }: Config,
  { state }: Pick<Neighbours, 'state'>,
): Promise<Map<string, Sender>> {
  const senders = new Map<string, Sender>();
  for (const account of accounts.values()) {
    const known = await lookUpState(state, account);
    // Queued for an account that nothing was done for yet: the file knows its id, the state does not.
    const id = account.id ?? known?.id;
    const halted = known === null ? null : haltedBy(account, known);
    if (id !== undefined) senders.set(id, { name: account.name, halted });
  }
  return senders;
}

async function retry(run: Run, ids: readonly string[]): Promise<number> {
  const config = await readConfig(run);
  return withNeighbours(run, config, async (neighbours) => {
    const entries = await retryMessages(ids, neighbours);
    tell(run, entries, 'is due now');
    await flushSoon(run, config, null);
    return 0;
  });
}

async function cancel(run: Run, ids: readonly string[]): Promise<number> {
  const config = await readConfig(run);
  return withNeighbours(run, config, async (neighbours) => {
    await messagesNamed(ids, neighbours);
    await confirm(run, `Remove ${plural(ids.length, 'message')} for good?`);
    tell(run, await cancelMessages(ids, neighbours), 'is removed');
    return 0;
  });
}

function tell({ output }: Run, entries: readonly OutboxEntry[], what: string): void {
  if (output.json) output.document({ messages: entries.map(({ id }) => id) });
  for (const { id, subject } of entries) output.say(`${id} "${printable(subject)}" ${what}.`);
  if (entries.length === 0) output.say('There is nothing to do.');
}

interface FlushFlags {
  readonly inTurn?: boolean;
}

async function flush(run: Run, given: readonly string[], flags: FlushFlags): Promise<number> {
  const config = await readConfig(run);
  const accounts = accountsMeant(config, given);
  if (flags.inTurn === true) return flushBehind(run, config, accounts);
  const wish = {
    send: true,
    receive: false,
    full: false,
    acceptDeletions: false,
    waitMs: 0,
    events: false,
  };
  const reports = await runSync(run, config, accounts, wish);
  for (const report of reports) printAccount(run.output, report);
  if (run.output.json) run.output.document({ accounts: reports });
  if (reports.every(hadNothing)) run.output.say('Nothing is due.');
  return gravest(reports.map(({ status }) => status as ExitStatus));
}

function hadNothing({ sent, error, skipped }: AccountJson): boolean {
  return (sent ?? []).length === 0 && error === null && skipped === null;
}

/** What `send` leaves behind: nobody looks at it, and each message keeps its own reason. */
async function flushBehind(
  run: Run,
  config: Config,
  accounts: readonly Account[],
): Promise<number> {
  const { signal } = run.world;
  await withNeighbours(run, config, async (neighbours) =>
    Promise.all(
      accounts.map((account) => flushInTurn(account, config.settings, neighbours, signal)),
    ),
  );
  return 0;
}

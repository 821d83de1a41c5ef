/** posthorn send: builds a message from options and standard input, and queues it durably. */

import { basename, resolve } from 'node:path';
import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { bindAccount } from '../../app/accounts/bind-account.ts';
import { enqueue, refuseSender } from '../../app/outbox/enqueue.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import type { Account } from '../../core/account/account.ts';
import { DataError, UsageError } from '../../errors.ts';
import type { Draft } from '../../ports/sending/message-codec.ts';
import { concludeQueued } from '../sync/after-queueing.ts';
import { sender } from '../sync/sender.ts';
import { sendNow } from '../sync/send-now.ts';
import type { Act } from '../act.ts';
import { readConfig, withNeighbours } from '../session.ts';
import { readAll } from '../terminal/standard-input.ts';
import type { Run } from '../world.ts';

interface SendFlags {
  readonly from?: string;
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly subject?: string;
  readonly bodyFile?: string;
  readonly attach?: readonly string[];
  readonly now?: boolean;
}

export function register(command: Command, act: Act): void {
  command
    .option('--from <account>', 'the account that sends (default: the default account)')
    .option('--to <addresses>', 'recipients, comma between them; repeatable', collect)
    .option('--cc <addresses>', 'copies; repeatable', collect)
    .option('--bcc <addresses>', 'copies that the others do not see; repeatable', collect)
    .option('--subject <text>', 'subject')
    .option('--body-file <file>', 'the text (default: standard input)')
    .option('--attach <file>', 'attach a file; repeatable', collect)
    .option('--now', 'wait, and end with the verdict of the server')
    .action(act(send))
    .addHelpText(
      'after',
      '\nExamples:\n  echo Hello | posthorn send --to friend@example.net --subject Hi\n' +
        '  posthorn send --from work --to a@example.org --subject Report \\\n' +
        '      --body-file text --attach r.pdf --now',
    );
}

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

async function send(run: Run, flags: SendFlags): Promise<number> {
  const config = await readConfig(run);
  const account = sender(config, flags.from);
  if ([flags.to, flags.cc, flags.bcc].every((each) => each === undefined))
    throw new UsageError('the message has no recipient', { remedy: 'Add --to ADDRESS.' });
  const text = await readText(run, flags.bodyFile);
  return withNeighbours(run, config, async (neighbours: Neighbours) => {
    const draft = draftFrom(run, account, flags, text, neighbours.clock.now());
    const composed = await neighbours.codec.compose(draft);
    refuseSender(account);
    const accountId = account.id ?? (await bindAccount(account, neighbours)).id;
    const entry = await enqueue({ account, accountId }, composed, config.settings, neighbours);
    if (flags.now === true) return sendNow(run, config, account, entry, neighbours);
    await concludeQueued(run, config, account, entry);
    return 0;
  });
}

function draftFrom(
  run: Run,
  account: Account,
  flags: SendFlags,
  text: string,
  date: number,
): Draft {
  const { name, address, organization, replyTo } = account.identity;
  return {
    from: name === undefined ? { address } : { name, address },
    ...(organization === undefined ? {} : { organization }),
    ...(replyTo === undefined ? {} : { replyTo }),
    to: flags.to ?? [],
    cc: flags.cc ?? [],
    bcc: flags.bcc ?? [],
    subject: flags.subject ?? '',
    text,
    attachments: (flags.attach ?? []).map((file) => ({
      path: resolve(run.world.cwd, file),
      filename: basename(file),
    })),
    date,
  };
}

async function readText({ world }: Run, file: string | undefined): Promise<string> {
  if (file === undefined && world.stdin.isTTY)
    throw new UsageError('there is no text: standard input is a terminal', {
      remedy: 'Pipe the text in, or add --body-file FILE.',
    });
  const path = file === undefined ? null : resolve(world.cwd, file);
  try {
    const stream = path === null ? world.stdin : createReadStream(path);
    return (await readAll(stream, world.signal)).toString('utf8');
  } catch (cause) {
    if (path === null || cause instanceof DataError) throw cause;
    throw new DataError(`the text cannot be read from ${path}`, {
      cause,
      remedy: 'Check --body-file.',
    });
  }
}

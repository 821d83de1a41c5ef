/** The options of account add and edit that say what server and Maildir may do to each other. */

import type { Command } from 'commander';
import type { SyncEntry } from '../../config/schema/sync.ts';
import { choice, collect, numberFrom } from './option-kinds.ts';

/** As commander hands them over: camel case, undefined where not given. */
export interface SyncFlags {
  readonly direction?: NonNullable<SyncEntry['direction']>;
  readonly onLocalDelete?: NonNullable<SyncEntry['onLocalDelete']>;
  readonly onRemoteDelete?: NonNullable<SyncEntry['onRemoteDelete']>;
  readonly maxSize?: string;
  readonly maxAge?: string;
  readonly includeFolder?: readonly string[];
  readonly excludeFolder?: readonly string[];
  readonly subscribedOnly?: boolean;
  readonly maxConnections?: number;
}

/** POP3 does not act on them as yet. */
const later = 'for POP3 kept for later';

export function addSyncOptions(command: Command): void {
  addPolicies(command);
  addSelection(command);
}

function addPolicies(command: Command): void {
  command
    .addOption(
      choice('--direction <way>', `IMAP: sync both ways, pull or push (default: both)`, [
        ...['both', 'pull', 'push'],
      ]),
    )
    .addOption(
      choice(
        '--on-local-delete <deed>',
        `what is deleted here, on the server; POP3: delete or keep (default: trash, POP3 keep; ${later})`,
        ['trash', 'expunge', 'keep', 'delete'],
      ),
    )
    .addOption(
      choice(
        '--on-remote-delete <deed>',
        `what is gone from the server, here (default: delete, POP3 keep; ${later})`,
        ['delete', 'trash', 'keep'],
      ),
    )
    .option(
      '--max-size <size>',
      `a larger message comes as a placeholder, e.g. 20M, or none (default: none; ${later})`,
    )
    .option(
      '--max-age <span>',
      `IMAP: an older message is not fetched, e.g. 1y, or none (default: none)`,
    );
}

function addSelection(command: Command): void {
  command
    .option(
      '--include-folder <folder>',
      `IMAP: sync these folders alone, a name, Lists/* or role:sent, repeatable`,
      collect,
    )
    .option('--exclude-folder <folder>', `IMAP: leave these folders out, repeatable`, collect)
    .option('--subscribed-only', `IMAP: of these only the subscribed ones, and the inbox`)
    .option('--no-subscribed-only', 'IMAP: subscribed or not (the default)')
    .option(
      '--max-connections <number>',
      `IMAP: connections at once (default: 4; kept for later)`,
      numberFrom(1, 20, 'It'),
    );
}

/** Keys below `sync`; undefined where nothing was said of them. */
export function syncFrom(flags: SyncFlags): Record<string, unknown> {
  const { direction, onLocalDelete, onRemoteDelete, maxSize, maxAge } = flags;
  return { direction, onLocalDelete, onRemoteDelete, maxSize, maxAge };
}

/** Keys below `sync.folders`. */
export function selectionFrom(flags: SyncFlags): Record<string, unknown> {
  const { includeFolder: include, excludeFolder: exclude, subscribedOnly: subscribed } = flags;
  return { include, exclude, subscribed };
}

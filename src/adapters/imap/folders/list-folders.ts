/** All folders by LIST (RFC 9051, section 6.3.9), their status with it where the server can (RFC 5819). */

import type { FolderRole } from '../../../core/account/account.ts';
import type { FolderListing, FolderStatus, RemoteFolder } from '../../../core/sync/remote.ts';
import { assignRoles } from '../../../core/sync/roles.ts';
import { RefusedError } from '../../../errors.ts';
import { failure } from '../answers/failure.ts';
import type { DataLine } from '../answers/line.ts';
import { readListLine, readStatusData, type ListLine } from '../answers/list-line.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import { astring, atom, type TokenNode } from '../answers/tokens.ts';
import type { Answered, ImapConnection } from '../connection.ts';
import type { MailboxNames } from './mailbox-names.ts';
import { statusItems } from './folder-status.ts';

/** A folder that the server lists many thousands of is no mailbox of a person: something else is wrong. */
const mostFolders = 100_000;

export async function listFolders(
  connection: ImapConnection,
  names: MailboxNames,
  configured: Readonly<Partial<Record<FolderRole, string | undefined>>>,
): Promise<FolderListing & { readonly delimiter: string | null }> {
  const found = new FoundFolders(names);
  const { unreadable } = await list(connection, found);
  const folders = found.folders();
  const roles = assignRoles(folders, configured);
  return {
    delimiter: found.delimiter,
    folders: folders.map((folder) => ({ ...folder, role: roles.get(folder.path) ?? null })),
    warnings: [...unreadable.map(leftOut), ...found.alike],
  };
}

function leftOut(line: string): string {
  return `a line of the server's list of folders could not be read, so a folder may be left out: “${line}”`;
}

/** With as much as the server offers; what it refuses all the same is left out of the question. */
async function list(connection: ImapConnection, found: FoundFolders): Promise<Answered> {
  const everything: readonly TokenNode[] = [{ type: 'STRING', value: '' }, astring('*')];
  const listener = {
    data: {
      LIST: (line: DataLine) => found.take(line),
      STATUS: (line: DataLine) => found.takeStatus(line),
    },
  };
  for (const options of returnOptions(connection))
    try {
      const asked = [...everything, atom('RETURN'), [...options]];
      found.tellsSubscriptions = options.includes(subscribed);
      return await connection.run('LIST', asked, listener);
    } catch (error) {
      if (!(error instanceof RefusedCommand)) throw listFailure(error);
      found.clear();
    }
  found.tellsSubscriptions = false;
  try {
    return await connection.run('LIST', everything, listener);
  } catch (error) {
    throw listFailure(error);
  }
}

function listFailure(error: unknown): unknown {
  return failure(error, 'the folders cannot be listed', 'account');
}

/** RFC 5258, section 3.1. */
const subscribed = atom('SUBSCRIBED');

/** The best first. RFC 6154, section 3: a plain LIST may leave the attributes out. */
function returnOptions(connection: ImapConnection): TokenNode[][] {
  const use = connection.has('SPECIAL-USE') ? [atom('SPECIAL-USE')] : [];
  const more = connection.has('LIST-EXTENDED') ? [subscribed, ...use] : use;
  const ways: TokenNode[][] = [];
  if (connection.has('LIST-STATUS'))
    ways.push([atom('STATUS'), statusItems(connection).map(atom), ...more]);
  if (connection.has('LIST-EXTENDED')) ways.push(more);
  return ways;
}

type ListedFolder = Omit<RemoteFolder, 'role'>;

class FoundFolders {
  readonly #names: MailboxNames;
  readonly #folders = new Map<string, ListedFolder>();
  /** By the server's own names. */
  readonly #statuses = new Map<string, FolderStatus>();
  /** Names that read like another one. */
  readonly #leftOut = new Set<string>();
  /** Subscribed folders are marked as such. */
  tellsSubscriptions = false;
  /** As the first line that has one tells it; null where none does. */
  delimiter: string | null = null;

  constructor(names: MailboxNames) {
    this.#names = names;
  }

  clear(): void {
    this.#folders.clear();
    this.#statuses.clear();
    this.#leftOut.clear();
  }

  take(line: DataLine): void {
    if (this.#folders.size >= mostFolders) throw tooManyFolders();
    const listed = readListLine(line);
    const { path, leftOut } = this.#names.learn(listed.wire);
    if (leftOut !== null) this.#leftOut.add(leftOut);
    // Listed twice, e.g. in two namespaces, it is the same one.
    if (leftOut === listed.wire || (leftOut === null && this.#folders.has(path))) return;
    this.#folders.set(path, this.#folder(listed, path));
  }

  /** A sentence for each folder that is left out since its name reads like another one's. */
  get alike(): string[] {
    return [...this.#leftOut].map(
      (wire) =>
        `a folder is left out, since the server has two whose names read alike: ${JSON.stringify(wire)}; rename it there`,
    );
  }

  takeStatus(line: DataLine): void {
    const { wire, status } = readStatusData(line);
    if (this.#statuses.size < mostFolders) this.#statuses.set(wire, status);
  }

  /** RFC 5819, section 2: the STATUS of a folder may come before its LIST, or never. */
  folders(): ListedFolder[] {
    const statuses = new Map<string, FolderStatus>();
    for (const [wire, status] of this.#statuses)
      if (!this.#leftOut.has(wire)) statuses.set(this.#names.path(wire), status);
    return [...this.#folders.values()].map((folder) => ({
      ...folder,
      status: statuses.get(folder.path) ?? null,
    }));
  }

  #folder({ attributes, delimiter }: ListLine, path: string): ListedFolder {
    this.delimiter ??= delimiter;
    // RFC 5258, section 3: \NonExistent implies \Noselect.
    const selectable = !attributes.includes('\\noselect') && !attributes.includes('\\nonexistent');
    const segments = delimiter === null || path === 'INBOX' ? [path] : path.split(delimiter);
    const isSubscribed = this.tellsSubscriptions ? attributes.includes('\\subscribed') : null;
    return { path, segments, attributes, selectable, subscribed: isSubscribed, status: null };
  }
}

function tooManyFolders(): RefusedError {
  return new RefusedError(`the server lists more than ${mostFolders} folders`, {
    layer: 'session',
    remedy: 'Check that the account is one person’s mailbox.',
  });
}

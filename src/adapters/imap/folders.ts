/** Folders: LIST, EXAMINE and STATUS (RFC 9051, sections 6.3.9, 6.3.3, 6.3.11; SPECIAL-USE of RFC 6154). */

import type { FolderRole } from '../../core/account/account.ts';
import type { FolderStatus, RemoteFolder } from '../../core/sync/message.ts';
import { assignRoles } from '../../core/sync/roles.ts';
import { RefusedError } from '../../errors.ts';
import { printable } from '../../wire/printable.ts';
import { UnreadableAnswer, type ImapConnection } from './connection.ts';
import { commandFailure, RefusedCommand } from './failures.ts';
import type { MailboxNames } from './mailbox-name.ts';
import {
  astring,
  atom,
  isList,
  numberOf,
  responseCode,
  textOf,
  textsOf,
  type Answer,
  type TokenNode,
} from './tokens.ts';

/** A folder that the server lists many thousands of is no mailbox of a person: something else is wrong. */
const mostFolders = 100_000;

export async function listFolders(
  connection: ImapConnection,
  names: MailboxNames,
  configured: Readonly<Partial<Record<FolderRole, string | undefined>>>,
): Promise<RemoteFolder[]> {
  const listed = await list(connection, names);
  const roles = assignRoles(listed, configured);
  return listed.map((folder) => ({ ...folder, role: roles.get(folder.path) ?? null }));
}

type ListedFolder = Omit<RemoteFolder, 'role'>;

async function list(connection: ImapConnection, names: MailboxNames): Promise<ListedFolder[]> {
  const everything = [astring('*')];
  const capabilities = connection.flow.capabilities;
  const extended = capabilities.has('SPECIAL-USE') && capabilities.has('LIST-EXTENDED');
  if (extended) {
    // RFC 6154, section 3: a plain LIST may leave the attributes out.
    const options = [atom('RETURN'), [atom('SPECIAL-USE')]];
    const found = await runList(connection, names, [...everything, ...options]).catch(
      ignoreRefusal,
    );
    if (found !== undefined) return found;
  }
  try {
    return await runList(connection, names, everything);
  } catch (error) {
    throw failure(error, 'the folders cannot be listed', 'account');
  }
}

function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RefusedCommand)) throw error;
}

async function runList(
  connection: ImapConnection,
  names: MailboxNames,
  pattern: readonly TokenNode[],
): Promise<ListedFolder[]> {
  const found = new Map<string, ListedFolder>();
  const take = ({ attributes }: Answer): void => {
    if (found.size >= mostFolders) throw tooManyFolders();
    const folder = readFolder(attributes ?? [], names);
    if (folder !== undefined && !found.has(folder.path)) found.set(folder.path, folder);
  };
  try {
    await connection.run('LIST', [{ type: 'STRING', value: '' }, ...pattern], { LIST: take });
  } catch (error) {
    // One name that nobody can read keeps no other folder from its mail; it only looks as if it were gone.
    if (!(error instanceof UnreadableAnswer) || found.size === 0) throw error;
  }
  return [...found.values()];
}

function tooManyFolders(): RefusedError {
  return new RefusedError(`the server lists more than ${mostFolders} folders`, {
    layer: 'session',
    remedy: 'Check that the account is one person’s mailbox.',
  });
}

/** `(\HasNoChildren) "/" "Projekte/Stra&AN8-e"` */
function readFolder(
  [attributes, separator, name]: readonly TokenNode[],
  names: MailboxNames,
): ListedFolder | undefined {
  const wire = textOf(name) ?? (name === null ? 'NIL' : undefined);
  if (wire === undefined || wire === '') return undefined;
  const path = names.learn(wire);
  const delimiter = textOf(separator);
  const lower = textsOf(attributes).map((attribute) => attribute.toLowerCase());
  // RFC 5258, section 3: \NonExistent implies \Noselect.
  const selectable = !lower.includes('\\noselect') && !lower.includes('\\nonexistent');
  const segments =
    delimiter === undefined || delimiter === '' || path === 'INBOX'
      ? [path]
      : path.split(delimiter);
  return { path, segments, attributes: lower, selectable };
}

/** Opens read-only: EXAMINE leaves even \Recent alone. */
export async function examine(connection: ImapConnection, wire: string): Promise<FolderStatus> {
  const facts: { uidValidity?: string; uidNext?: number; exists?: number } = {};
  const ok = (answer: Answer): void => {
    const code = responseCode(answer);
    const text = textOf(code?.values[0]);
    if (code?.name === 'UIDVALIDITY' && text !== undefined && /^[0-9]{1,20}$/.test(text))
      facts.uidValidity = String(BigInt(text));
    const number = numberOf(code?.values[0]);
    if (code?.name === 'UIDNEXT' && number !== undefined) facts.uidNext = number;
  };
  const exists = ({ command }: Answer): void => {
    if (command !== undefined && /^[0-9]{1,10}$/.test(command)) facts.exists = Number(command);
  };
  const what = `the folder ${shown(wire)} cannot be opened`;
  try {
    await connection.run('EXAMINE', [astring(wire)], { OK: ok, EXISTS: exists });
  } catch (error) {
    throw failure(error, what, 'folder');
  }
  if (facts.uidValidity === undefined) throw withoutUids(what);
  return {
    uidValidity: facts.uidValidity,
    uidNext: facts.uidNext ?? null,
    exists: facts.exists ?? 0,
  };
}

/** RFC 9051, section 6.3.2: without UIDVALIDITY the server's UIDs hold for this session alone. */
function withoutUids(what: string): RefusedError {
  return new RefusedError(`${what}: the server has no lasting message numbers there`, {
    reach: 'folder',
    layer: 'session',
    remedy: 'Leave the folder out, or fetch the account by POP3.',
  });
}

export async function uidNextOf(connection: ImapConnection, wire: string): Promise<number> {
  let uidNext: number | undefined;
  const status = ({ attributes }: Answer): void => {
    const items = attributes?.[1];
    if (!isList(items)) return;
    const at = items.findIndex((item) => textOf(item)?.toUpperCase() === 'UIDNEXT');
    if (at !== -1) uidNext = numberOf(items[at + 1]) ?? uidNext;
  };
  const what = `the folder ${shown(wire)} does not tell its next number`;
  try {
    await connection.run('STATUS', [astring(wire), [atom('UIDNEXT')]], { STATUS: status });
  } catch (error) {
    throw failure(error, what, 'folder');
  }
  if (uidNext === undefined) throw withoutUids(what);
  return uidNext;
}

/** An error of a command on a folder, classified; others pass. */
export function failure(error: unknown, what: string, reach: 'folder' | 'account'): unknown {
  if (error instanceof RefusedCommand) return commandFailure(what, error.refusal, reach);
  if (error instanceof UnreadableAnswer) {
    return new RefusedError(`${what}: the server's answer is no valid IMAP`, {
      reach,
      retry: 'later',
      layer: 'session',
      remedy: 'Report it, with the name of the server software.',
    });
  }
  return error;
}

export function shown(wire: string): string {
  return printable(wire, 80);
}

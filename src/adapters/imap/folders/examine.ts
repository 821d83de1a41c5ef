/** Opening a folder: for reading alone by EXAMINE, which leaves even \Recent alone, or for writing by SELECT. */

import type { FolderStatus, SelectedStatus } from '../../../core/sync/remote.ts';
import type { ImapConnection } from '../connection.ts';
import { completed, filled, withoutUids } from './folder-status.ts';
import { open, type Opened } from './opening.ts';

/** Errors reach `folder`. */
export async function examine(connection: ImapConnection, wire: string): Promise<SelectedStatus> {
  connection.exists = null;
  const { status: told } = await open(connection, 'EXAMINE', wire);
  const status = await completed(connection, wire, told);
  connection.exists ??= status.exists;
  if (isUsable(status)) return status;
  // Some servers number what is selected for writing alone. It is opened for reading again at once.
  const { status: selected } = await open(connection, 'SELECT', wire);
  const { status: examined } = await open(connection, 'EXAMINE', wire);
  const again = filled(examined, filled(status, selected));
  if (!isUsable(again)) throw withoutUids(wire);
  return again;
}

export interface Selected extends Opened {
  readonly status: SelectedStatus;
}

/** Errors reach `folder`. What was open before is left as it was: without CLOSE nothing is expunged (RFC 9051, section 6.3.2). */
export async function select(connection: ImapConnection, wire: string): Promise<Selected> {
  connection.exists = null;
  const opened = await open(connection, 'SELECT', wire);
  const status = await completed(connection, wire, opened.status);
  connection.exists ??= status.exists;
  if (!isUsable(status)) throw withoutUids(wire);
  return { status, readOnly: opened.readOnly, permanent: opened.permanent };
}

function isUsable(status: FolderStatus): status is SelectedStatus {
  return status.uidValidity !== null;
}

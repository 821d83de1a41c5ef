/** What the error of a command becomes on its way out of this adapter. */

import { RefusedError } from '../../../errors.ts';
import { printable } from '../../../wire/printable.ts';
import { UnreadableAnswer } from '../connection.ts';
import { commandFailure, RefusedCommand } from './refusal.ts';

/** An error of a command on a folder, classified; others pass. `what` goes before the server's words. */
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

/**
 * The same for a command that names a folder as its target: RefusedError with code `no-such-folder` where that is missing
 * (RFC 5530, section 3; TRYCREATE of RFC 9051, section 7.1).
 */
export function targetFailure(error: unknown, what: string, wire: string): unknown {
  const code = error instanceof RefusedCommand ? error.refusal.code : '';
  if (code !== 'TRYCREATE' && code !== 'NONEXISTENT') return failure(error, what, 'folder');
  return new RefusedError(`the folder ${shown(wire)} does not exist on the server`, {
    noSuchFolder: true,
    reach: 'folder',
    retry: 'later',
    layer: 'session',
    remedy: 'Create it, or assign another folder to this role.',
  });
}

/** A folder's name as people may see it. */
export function shown(wire: string): string {
  return printable(wire, 80);
}

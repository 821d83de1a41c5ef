/** What an IMAP command works with: the user, the selected folder, and the way to answer. */

import type { Mechanism } from '../auth.ts';
import type { Connection } from '../connection.ts';
import { decodeName } from './names.ts';
import { ImapRefusal } from './refusal.ts';
import type { SelectedFolder } from './selected.ts';
import { textOf, type ImapValue } from './values.ts';
import type { ListenOptions } from '../listener.ts';
import type { DemoUser, Folder, Mailbox } from '../mail/mailbox.ts';

export interface ImapOptions extends ListenOptions {
  users: readonly DemoUser[];
  /** Default PLAIN, LOGIN and CRAM-MD5. */
  mechanisms?: readonly Mechanism[];
  /** Capabilities that this server lacks, e.g. `UIDPLUS`, `MOVE`, `IDLE`, `SPECIAL-USE`, `LITERAL+`. */
  hide?: readonly string[];
  /** Refuses every login with this NO, e.g. `[UNAVAILABLE] try again`. */
  refuseLogin?: string;
}

export class ImapSession {
  readonly connection: Connection;
  readonly options: ImapOptions;
  user: DemoUser | undefined;
  selected: SelectedFolder | undefined;
  ended = false;

  constructor(connection: Connection, options: ImapOptions) {
    this.connection = connection;
    this.options = options;
  }

  get mailbox(): Mailbox {
    if (this.user === undefined) throw new ImapRefusal('BAD', 'log in first');
    return this.user.mailbox;
  }

  /** The selected folder; a command that needs one is refused without. */
  get open(): SelectedFolder {
    if (this.selected === undefined) throw new ImapRefusal('BAD', 'select a folder first');
    return this.selected;
  }

  /** The selected folder, for a command that changes it. */
  get writable(): SelectedFolder {
    if (this.open.readOnly) throw new ImapRefusal('NO', '[READ-ONLY] opened by EXAMINE');
    return this.open;
  }

  has(capability: string): boolean {
    return !(this.options.hide ?? []).includes(capability);
  }

  /** The folder of this name, which must exist; `code` is the response code of the NO. */
  folder(value: ImapValue | undefined, code = '[NONEXISTENT]'): Folder {
    const folder = this.mailbox.folder(nameOf(value));
    if (folder === undefined) throw new ImapRefusal('NO', `${code} no such folder`);
    return folder;
  }

  async untagged(...parts: readonly (Buffer | string)[]): Promise<void> {
    await this.connection.write('* ', ...parts, '\r\n');
  }

  async continuation(text: string): Promise<void> {
    await this.connection.write(`+ ${text}\r\n`);
  }

  /** Tells what others have changed in the selected folder. */
  async announce(expunges = true): Promise<void> {
    for (const line of this.selected?.announcements(expunges) ?? []) await this.untagged(line);
  }
}

export function nameOf(value: ImapValue | undefined): string {
  return decodeName(textOf(value));
}

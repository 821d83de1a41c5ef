/** INBOX, open for writing, on a server that says what a test tells it. */

import type {
  MailboxSession,
  Upload,
  Uploaded,
  WritableFolder,
} from '../../../../src/ports/receiving/mailbox-source.ts';
import { scripted, type ScriptedFixture } from '../fixtures.ts';
import type { Script, ScriptedOptions } from '../scripted-server.ts';

const opened = '* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 9] n\r\n';

/** SELECT and NOOP are answered where the script does not. */
export function withInbox(script: Script): Script {
  return (line, socket) => {
    const said = script(line, socket);
    if (said !== undefined) return said;
    if (line.text.startsWith('SELECT')) return `${opened}$ OK [READ-WRITE] open\r\n`;
    return line.text === 'NOOP' ? '$ OK\r\n' : undefined;
  };
}

export interface WritableFixture extends ScriptedFixture {
  inbox: WritableFolder;
  /** Commands behind SELECT, without their tags. */
  commands: () => string[];
}

export async function writableInbox(
  script: Script,
  options: ScriptedOptions = {},
): Promise<WritableFixture> {
  const fixture = await scripted(withInbox(script), options);
  const inbox = await fixture.session.selectForWriting('INBOX');
  const commands = (): string[] => {
    const all = fixture.server.heard.map((line) => line.replace(/^\S+ /, ''));
    return all.slice(all.findIndex((line) => line.startsWith('SELECT')) + 1);
  };
  return { ...fixture, inbox, commands };
}

export function uploadOf(text: string, more: Partial<Upload> = {}): Upload {
  const octets = async function* (): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from(text));
  };
  const usual = { flags: [], keywords: [], internalDate: Date.UTC(2024, 0, 2) };
  return { size: Buffer.byteLength(text), octets, ...usual, ...more };
}

/** What came before whatever was thrown. */
export async function uploaded(
  session: MailboxSession,
  uploads: readonly Upload[],
): Promise<{ told: Uploaded[]; thrown: unknown }> {
  const told: Uploaded[] = [];
  try {
    for await (const each of session.upload('INBOX', uploads)) told.push(each);
    return { told, thrown: null };
  } catch (thrown) {
    return { told, thrown };
  }
}

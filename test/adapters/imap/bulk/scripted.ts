/** Connections to a scripted server, ended after each test. */

import type { Socket } from 'node:net';
import { expect } from 'vitest';
import { atom } from '../../../../src/adapters/imap/answers/tokens.ts';
import type { ImapConnection } from '../../../../src/adapters/imap/connection.ts';
import { scriptedServer, type Line, type ScriptedServer } from '../scripted-server.ts';
import { enter } from './bulk-harness.ts';

const stops: (() => Promise<void>)[] = [];

/** For afterEach. */
export async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

/** A FETCH, its UIDs, and what it asks for. */
export interface Fetch extends Line {
  readonly set: string;
  readonly items: string;
  readonly socket: Socket;
}

export type Answers = (fetch: Fetch) => string | undefined;

export interface World {
  readonly server: ScriptedServer;
  readonly connection: ImapConnection;
  /** The FETCH commands that were heard, without their tags. */
  fetches(): string[];
}

/** `$` stands for the tag at the beginning of a line. Other commands are answered as they should be. */
export async function scripted(answers: Answers, signal?: AbortSignal): Promise<World> {
  const server = await scriptedServer((line, socket) => {
    const [, set = '', items = ''] = /^UID FETCH (\S+) \((.*)\)$/.exec(line.text) ?? [];
    if (set !== '') return answers({ ...line, set, items, socket });
    if (line.text === 'NOOP') return '$ OK nothing\r\n';
    if (line.text.startsWith('STATUS')) return '* STATUS INBOX (UIDNEXT 77)\r\n$ OK told\r\n';
    return undefined;
  });
  stops.push(() => server.stop());
  const connection = await enter({ port: server.port, ...(signal ? { signal } : {}) });
  stops.push(async () => connection.flow.close());
  const fetches = (): string[] =>
    server.heard
      .filter((line) => line.includes(' UID FETCH '))
      .map((line) => line.slice(line.indexOf(' ') + 1));
  return { server, connection, fetches };
}

const date = 'INTERNALDATE "17-Jul-1996 02:44:25 -0700"';

/** One that says everything. */
export function message(uid: number, octets = `octets of ${String(uid)}`): string {
  return `${opening(uid, octets.length)}${octets})\r\n`;
}

export function opening(uid: number, length: number): string {
  return `* ${String(uid)} FETCH (UID ${String(uid)} FLAGS () ${date} BODY[] {${String(length)}}\r\n`;
}

/** imapflow's own commands, each with an answer that is its own. */
export async function expectInStep(connection: ImapConnection): Promise<void> {
  await connection.run('NOOP', []);
  await connection.run('EXAMINE', [atom('INBOX')]);
  const told: string[] = [];
  await connection.run('STATUS', [atom('INBOX'), [atom('UIDNEXT')]], {
    data: { STATUS: ({ text }) => void told.push(text) },
  });
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/UIDNEXT/);
}

/** The servers of an account, tried at once; what more is tried over their sessions, the caller says. */

import type { Account, IncomingServer, OutgoingServer } from '../../core/account/account.ts';
import type { ConnectionStep, StepObserver } from '../../ports/connection-steps.ts';
import type { SenderSession } from '../../ports/sending/mail-sender.ts';
import { connectOutgoing } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';
import { connectIncoming, type IncomingSession } from './incoming-session.ts';
import { testServer, type Direction, type ServerTest } from './server-test.ts';

export type TestObserver = (direction: Direction, step: ConnectionStep) => void;

export type Testing = Pick<Neighbours, 'secrets' | 'sources' | 'sender' | 'clock' | 'identify'>;

/** What is done with the sessions beyond the usual trial; both are closed afterwards. */
export interface FurtherTrial {
  readonly whenReceiving?: (session: IncomingSession) => Promise<void>;
  readonly whenSending?: (session: SenderSession) => Promise<void>;
}

export interface Trial {
  readonly account: Account;
  readonly accountId: string;
  readonly neighbours: Testing;
  readonly signal: AbortSignal;
  readonly observe: TestObserver | undefined;
}

/** Under way at once, in this order: receiving, sending; what the account does not do is left out. */
export function serverTests(trial: Trial, more: FurtherTrial): Promise<ServerTest>[] {
  const { incoming, outgoing, receive, send } = trial.account;
  const tests: Promise<ServerTest>[] = [];
  if (receive && incoming !== undefined) tests.push(testReceiving(trial, incoming, more));
  if (send && outgoing !== undefined) tests.push(testSending(trial, outgoing, more));
  return tests;
}

function testReceiving(
  trial: Trial,
  server: IncomingServer,
  { whenReceiving }: FurtherTrial,
): Promise<ServerTest> {
  const { account, accountId, neighbours, signal } = trial;
  return testServer(
    { account, direction: 'receive', server, username: server.username },
    {
      connect: (until, observe) => connectIncoming(account, accountId, neighbours, until, observe),
      look: async (session, observe) => {
        observe({ layer: 'session', ...(await counted(session)) });
        await whenReceiving?.(session);
      },
    },
    neighbours,
    signal,
    watching(trial, 'receive'),
  );
}

async function counted(
  session: IncomingSession,
): Promise<{ found: 'folders' | 'messages'; count: number }> {
  if (session.kind === 'maildrop')
    return { found: 'messages', count: (await session.maildrop.list()).mail.length };
  return { found: 'folders', count: (await session.mailbox.folders()).folders.length };
}

function testSending(
  trial: Trial,
  server: OutgoingServer,
  { whenSending }: FurtherTrial,
): Promise<ServerTest> {
  const { account, accountId, neighbours, signal } = trial;
  const { address } = account.identity;
  const username = server.credentials === 'none' ? null : (server.username ?? address);
  return testServer(
    { account, direction: 'send', server, username },
    {
      connect: (until, observe) => connectOutgoing(account, accountId, neighbours, until, observe),
      look: async (session, observe) => {
        await session.tryOut(address, signal);
        observe({ layer: 'session', found: 'sender', address });
        await whenSending?.(session);
      },
    },
    neighbours,
    signal,
    watching(trial, 'send'),
  );
}

function watching({ observe }: Trial, direction: Direction): StepObserver | undefined {
  return observe && ((step) => observe(direction, step));
}

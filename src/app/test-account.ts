/** `account test`: tries receiving and sending, layer by layer, and says what failed and what to check. */

import type { Account, ServerEndpoint } from '../core/account.ts';
import { asPosthornError, type Layer, type PosthornError } from '../errors.ts';
import type { ConnectionFacts } from '../ports/mailbox-source.ts';
import { connectIncoming, connectOutgoing } from './log-in.ts';
import type { Neighbours } from './neighbours.ts';

/** One server's verdict. `facts` tell what was reached, `error` what stopped it and at which layer. */
export interface ServerTest {
  readonly direction: 'receive' | 'send';
  readonly endpoint: Pick<ServerEndpoint, 'host' | 'port' | 'security'>;
  readonly facts: ConnectionFacts | null;
  /** Folders that were listed, or messages in the maildrop. */
  readonly folders: number | null;
  readonly error: PosthornError | null;
  readonly failedAt: Layer | null;
}

export interface AccountTest {
  readonly account: string;
  readonly servers: readonly ServerTest[];
}

/** Never throws. `accountId` finds stored secrets; both servers are tried even where the first fails. */
export async function testAccount(
  account: Account,
  accountId: string,
  neighbours: Pick<Neighbours, 'secrets' | 'sources' | 'sender'>,
  signal: AbortSignal,
): Promise<AccountTest> {
  const tests: Promise<ServerTest>[] = [];
  const { incoming, outgoing } = account;
  if (account.receive && incoming !== undefined)
    tests.push(
      attempt('receive', incoming, account, async () => {
        const session = await connectIncoming(account, accountId, neighbours, signal);
        return reached(session, async () => (await session.folders()).length);
      }),
    );
  if (account.send && outgoing !== undefined)
    tests.push(
      attempt('send', outgoing, account, async () => {
        const session = await connectOutgoing(account, accountId, neighbours, signal);
        return reached(session, () => Promise.resolve(null));
      }),
    );
  return { account: account.name, servers: await Promise.all(tests) };
}

interface Reached {
  readonly facts: ConnectionFacts;
  readonly folders: number | null;
}

async function reached(
  session: { readonly facts: ConnectionFacts; close(): Promise<void> },
  look: () => Promise<number | null>,
): Promise<Reached> {
  try {
    return { facts: session.facts, folders: await look() };
  } finally {
    await session.close();
  }
}

async function attempt(
  direction: ServerTest['direction'],
  { host, port, security }: ServerEndpoint,
  account: Account,
  reach: () => Promise<Reached>,
): Promise<ServerTest> {
  const endpoint = { host, port, security };
  try {
    return { direction, endpoint, ...(await reach()), error: null, failedAt: null };
  } catch (thrown) {
    const error = asPosthornError(thrown);
    error.account ??= account.name;
    const failedAt = error.layer ?? null;
    return { direction, endpoint, facts: null, folders: null, error, failedAt };
  }
}

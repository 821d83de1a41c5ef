/** One server of an account, tried layer by layer; where it does not answer as it should, what is there instead. */

import type { Account, ServerEndpoint } from '../../core/account/account.ts';
import { diagnose, type Diagnosis } from '../../core/diagnosis/diagnosis.ts';
import type { Service } from '../../core/discovery/discovery.ts';
import { misfitOf, type Misfit, type PortProtocol } from '../../core/discovery/port-identity.ts';
import { providerOfDomain, providerOfServer } from '../../core/providers/providers.ts';
import { asPosthornError, RefusedError, type Layer, type PosthornError } from '../../errors.ts';
import type { ConnectionStep, StepObserver } from '../../ports/connection-steps.ts';
import type { ConnectionFacts } from '../../ports/connection.ts';
import type { Neighbours } from '../neighbours.ts';

export type Direction = 'receive' | 'send';

/** One server's verdict: `steps` went well, `error` stopped it. */
export interface ServerTest {
  readonly direction: Direction;
  readonly service: Service;
  readonly endpoint: Pick<ServerEndpoint, 'host' | 'port' | 'security'>;
  readonly steps: readonly ConnectionStep[];
  /** Null where the login did not succeed. */
  readonly facts: ConnectionFacts | null;
  /** Folders that were listed (IMAP). */
  readonly folders: number | null;
  /** Messages in the maildrop (POP3). */
  readonly messages: number | null;
  readonly error: PosthornError | null;
  /** What listens there in place of the server that was looked for, where it could be recognised. */
  readonly found: PortProtocol | null;
  /** Null too where nothing was tried on the network. */
  readonly failedAt: Layer | null;
  /** Null where all went well. */
  readonly diagnosis: Diagnosis | null;
}

/** What is tried. */
export interface Target {
  readonly account: Account;
  readonly direction: Direction;
  readonly server: ServerEndpoint;
  /** Null: without a login. */
  readonly username: string | null;
}

interface Session {
  readonly facts: ConnectionFacts;
  close(): Promise<void>;
}

export interface Attempt<S extends Session> {
  readonly connect: (signal: AbortSignal, observe: StepObserver) => Promise<S>;
  /** What the session is tried by; the session is closed after it. */
  readonly look: (session: S, observe: StepObserver) => Promise<void>;
}

type Tools = Pick<Neighbours, 'clock' | 'identify'>;

/** A person waits: after so long without a greeting we find out who is there. */
const patienceMs = 3_000;

/** Never throws. */
export async function testServer<S extends Session>(
  target: Target,
  attempt: Attempt<S>,
  tools: Tools,
  signal: AbortSignal,
  observe?: StepObserver,
): Promise<ServerTest> {
  const steps: ConnectionStep[] = [];
  const tell: StepObserver = (step) => {
    steps.push(step);
    observe?.(step);
  };
  try {
    const session = await connectWatched(target, attempt, tools, signal, tell);
    try {
      await attempt.look(session, tell);
    } finally {
      await session.close();
    }
    return { ...verdict(target, steps), facts: session.facts };
  } catch (thrown) {
    const error = asPosthornError(thrown);
    const better = await explained(error, target, steps, tools, signal);
    better.account ??= target.account.name;
    return { ...verdict(target, steps), ...failure(better, target, steps) };
  }
}

function verdict({ account, direction, server }: Target, steps: readonly ConnectionStep[]) {
  const { host, port, security } = server;
  const last = steps.at(-1);
  const counted = (found: 'folders' | 'messages'): number | null =>
    last?.layer === 'session' && last.found === found ? last.count : null;
  return {
    direction,
    service: serviceOf(account, direction),
    endpoint: { host, port, security },
    steps,
    facts: null,
    folders: counted('folders'),
    messages: counted('messages'),
    error: null,
    found: null,
    failedAt: null,
    diagnosis: null,
  } as const;
}

function serviceOf({ type }: Account, direction: Direction): Service {
  return direction === 'send' ? 'smtp' : type;
}

/** Connects; a server that says nothing is looked at on the side, and given up where it is no server for this account. */
async function connectWatched<S extends Session>(
  target: Target,
  { connect }: Attempt<S>,
  tools: Tools,
  signal: AbortSignal,
  tell: StepObserver,
): Promise<S> {
  const giveUp = new AbortController();
  const greeted = new AbortController();
  const watching = AbortSignal.any([signal, greeted.signal]);
  const watch = async (): Promise<void> => {
    await tools.clock.sleepUntil(tools.clock.now() + patienceMs, watching);
    const wrong = await misfit(target, tools, watching);
    if (wrong !== null && !watching.aborted) giveUp.abort(wrong);
  };
  const observe: StepObserver = (step) => {
    tell(step);
    // It ends with the signal's reason, or with nothing to say; the connection itself tells the rest.
    if (step.layer === 'connect') watch().catch(() => undefined);
    if (step.layer === 'greeting') greeted.abort();
  };
  try {
    return await connect(AbortSignal.any([signal, giveUp.signal]), observe);
  } finally {
    greeted.abort();
  }
}

/** Somebody else listens there. */
class StrangerError extends RefusedError {
  readonly found: PortProtocol;

  constructor({ message, remedy }: Misfit, found: PortProtocol) {
    super(message, { layer: 'greeting', remedy });
    this.found = found;
  }
}

/** What else listens there, as an error. */
async function misfit(
  { account, direction, server }: Target,
  { identify }: Tools,
  signal: AbortSignal,
): Promise<StrangerError | null> {
  const { host, port, security } = server;
  const found = await identify({ host, port }, signal);
  if (found === null) return null;
  const service = serviceOf(account, direction);
  const wrong = misfitOf({ service, host, port, security }, found);
  return wrong && new StrangerError(wrong, found.protocol);
}

/** A server that broke off before it was recognised may be none of ours; the better words, or the error as it is. */
async function explained(
  error: PosthornError,
  target: Target,
  steps: readonly ConnectionStep[],
  tools: Tools,
  signal: AbortSignal,
): Promise<PosthornError> {
  if (!isStrange(error, steps) || signal.aborted) return error;
  const better = await misfit(target, tools, signal).catch(() => null);
  return better ?? error;
}

/** A connection that came about, without a single word that fits. SMTP and FTP greet alike. */
function isStrange({ code, layer }: PosthornError, steps: readonly ConnectionStep[]): boolean {
  const done = new Set(steps.map((step) => step.layer));
  const unknown = layer !== 'login' && !done.has('capabilities');
  return done.has('connect') && unknown && (code === 'refused' || code === 'temporary');
}

function failure(
  error: PosthornError,
  target: Target,
  steps: readonly ConnectionStep[],
): Pick<ServerTest, 'error' | 'found' | 'failedAt' | 'diagnosis'> {
  const isIn = steps.some(({ layer }) => layer === 'login');
  const failedAt = error.layer ?? (isIn ? 'session' : null);
  const { code, message, remedy = null } = error;
  const diagnosis = diagnose(
    { layer: failedAt, code, message, remedy },
    circumstances(target, steps),
  );
  const found = error instanceof StrangerError ? error.found : null;
  return { error, found, failedAt, diagnosis };
}

function circumstances(
  { account, direction, server, username }: Target,
  steps: readonly ConnectionStep[],
): Parameters<typeof diagnose>[1] {
  const { host, port, security, auth } = server;
  const { address } = account.identity;
  return {
    service: serviceOf(account, direction),
    ...{ host, port, security, auth, username, address, steps },
    sameLogin: direction === 'send' && account.outgoing?.credentials === 'same',
    passwordFrom:
      (direction === 'send' ? account.outgoing : account.incoming)?.password?.kind ?? null,
    provider: providerOfServer(host),
    addressProvider: providerOfDomain(address.slice(address.lastIndexOf('@') + 1).toLowerCase()),
  };
}

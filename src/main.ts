/** Joins the adapters to the rest: the only place that knows them all. Signals and the exit status end here too. */

import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from './adapters/clock/system-clock.ts';
import { createControl } from './adapters/control/control.ts';
import { createInspector } from './adapters/inspection/inspector.ts';
import { createOutboxStore } from './adapters/outbox/outbox-store.ts';
import { createStateStore } from './adapters/state/state-store.ts';
import type { Neighbours } from './app/neighbours.ts';
import { run } from './cli/program.ts';
import type { World } from './cli/world.ts';
import type { ConfigLocation } from './config/read/config.ts';
import { TemporaryError } from './errors.ts';
import type { Certificates } from './ports/certificates.ts';
import type { Discovery } from './ports/discovery.ts';
import type { MailSender } from './ports/mail-sender.ts';
import type { MailboxSource } from './ports/mailbox-source.ts';
import type { MaildropSource } from './ports/maildrop-source.ts';
import type { MessageCodec } from './ports/message-codec.ts';
import { build, version } from './version.ts';

/** 128 and the signal's number, as a shell counts. */
const signalStatus = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Runs one command line, without node and script; sets the exit status, and lets the process end by itself. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv[0] === '__inspect') return serveInspector();
  const stop = new AbortController();
  let received: keyof typeof signalStatus | null = null;
  const end = (signal: keyof typeof signalStatus): void => {
    received = signal;
    stop.abort(new TemporaryError(`ended by ${signal}`, { reach: 'program' }));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => end(signal));
  outliveBrokenStreams();
  const interrupt = (): void => end('SIGINT');
  // Ctrl-D closes a question without an answer: nothing is left to wait for then, and the process ends by itself.
  process.exitCode = signalStatus.SIGINT;
  const status = await run(argv, world(stop.signal, interrupt));
  process.exitCode = endStatus(status === 0 && resultIsLost ? 74 : status, received, argv);
  if (stop.signal.aborted) endSoon();
}

/** One look of doctor's at a path or a host. */
const inspectWithinMs = 3_000;

/** The process that doctor starts to look around, and leaves behind where it is stuck. */
async function serveInspector(): Promise<void> {
  const { serveInspections } = await import('./adapters/inspection/serve.ts');
  const { checkState } = await import('./adapters/state/check-state.ts');
  serveInspections((path) => Promise.resolve(path).then(checkState));
}

/** A look-up of a name on a server that does not answer can't be broken off, and would keep the process for its whole time. */
function endSoon(): void {
  setTimeout(() => {
    process.exit();
  }, 1000).unref();
}

/** A daemon that was asked to end has done what it should; anything else was broken off. */
function endStatus(
  status: number,
  received: keyof typeof signalStatus | null,
  argv: readonly string[],
): number {
  const isDaemon = argv.includes('daemon') && argv.includes('run');
  return received === null || (isDaemon && status === 0) ? status : signalStatus[received];
}

/**
 * `posthorn account list | head -1` is no error. A log that takes no more, e.g. on a full disk, must not end the daemon; a
 * result that could not be written is told by the status.
 */
function outliveBrokenStreams(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    resultIsLost = true;
    // It may be told only after the command has ended.
    if (process.exitCode === 0) process.exitCode = 74;
  });
}

let resultIsLost = false;

function world(signal: AbortSignal, interrupt: () => void): World {
  return {
    version,
    build,
    env: process.env,
    cwd: process.cwd(),
    homedir: homedir(),
    // Opened when it is read: what reads nothing need not have it.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signal,
    interrupt,
    neighbours,
    importer: async () => (await import('./adapters/importers/importer.ts')).importer,
    control: ({ places }) => createControl(places),
    discovery: lazyDiscovery,
    certificates: async () =>
      (await import('./adapters/autoconfig/certificate.ts')).createCertificates(),
    inspector: () => createInspector(launcher(), inspectWithinMs),
    detach: async (args, options) => {
      const { detachPosthorn } = await import('./adapters/process/detach.ts');
      return detachPosthorn(launcher(), args, options);
    },
    runDemo: async (options) => {
      const { runDemo } = await import('./demo/run-demo.ts');
      return runDemo({ ...options, launcher: launcher(), output: process.stdout, signal });
    },
  };
}

/** The script that started this process: bin/posthorn.cjs, wherever it was installed. */
function launcher(): string {
  return process.argv[1] ?? '';
}

function neighbours({ places }: ConfigLocation): Neighbours {
  const { stateDir, secretsDir } = places;
  return {
    sources: { imap: lazyMailboxSource, pop3: lazyMaildropSource },
    store: lazily(async () => (await import('./adapters/maildir/store.ts')).createMaildirStore()),
    roots: lazily(async () => (await import('./adapters/maildir/roots.ts')).createMailRoots()),
    state: createStateStore({ directory: stateDir }),
    lock: lazily(async () =>
      (await import('./adapters/lock/lock.ts')).createLock(join(stateDir, 'locks')),
    ),
    secrets: lazily(async () => {
      const { createSecrets } = await import('./adapters/secrets/secrets.ts');
      return createSecrets({ directory: secretsDir, env: process.env });
    }),
    clock: systemClock,
    outbox: createOutboxStore(join(stateDir, 'outbox')),
    sender: lazySender,
    identify: async (...call) => (await import('./wire/identify.ts')).identifyPort(...call),
    codec: lazyCodec,
    files: lazily(async () => (await import('./adapters/files/given-files.ts')).givenFiles),
    certificates: lazyCertificates,
    chance: () => Math.random(),
    randomBytes,
  };
}

const lazyMailboxSource: MailboxSource = {
  connect: async (...call) => {
    const { imapSource } = await import('./adapters/imap/source.ts');
    return imapSource().connect(...call);
  },
};

const lazyMaildropSource: MaildropSource = {
  connect: async (...call) => {
    const { createPop3Source } = await import('./adapters/pop3/source.ts');
    return createPop3Source().connect(...call);
  },
};

const lazySender = lazily<MailSender>(async () =>
  (await import('./adapters/smtp/smtp-sender.ts')).createSmtpSender(),
);

const lazyCodec = lazily<MessageCodec>(async () => {
  const { createMessageCodec } = await import('./adapters/mime/message-codec.ts');
  return createMessageCodec({ randomBytes });
});

const lazyCertificates = lazily<Certificates>(
  async () => (await import('./adapters/smime/certificates.ts')).certificates,
);

async function loadDiscovery(): Promise<Discovery> {
  const { createDiscovery } = await import('./adapters/autoconfig/discovery.ts');
  return createDiscovery({ dnsServers: dnsServers(process.env['POSTHORN_DNS']) });
}

/** Blanks or commas between them; unset or empty: those of the machine. */
function dnsServers(text: string | undefined): readonly string[] | undefined {
  const servers = (text ?? '').split(/[\s,]+/).filter((each) => each !== '');
  return servers.length === 0 ? undefined : servers;
}

const lazyDiscovery = lazily<Discovery>(loadDiscovery);

/** What every function of a lazy port is: it answers later anyway. */
type Answering<T> = { readonly [K in keyof T]: (...call: never[]) => Promise<unknown> };

/** A port whose adapter is loaded when the first of its functions is called. */
function lazily<T extends Answering<T>>(load: () => Promise<T>): T {
  let adapter: Promise<T> | undefined;
  const call = async (name: keyof T, args: never[]): Promise<unknown> =>
    (await (adapter ??= load()))[name](...args);
  return new Proxy({} as T, {
    // Not to be taken for a promise, where somebody waits for it.
    get: (_, name) =>
      name === 'then' ? undefined : (...args: never[]) => call(name as keyof T, args),
  });
}

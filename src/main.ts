/** Joins the adapters to the rest: the only place that knows them all. */

import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from './adapters/clock/system-clock.ts';
import { createControl } from './adapters/control/control.ts';
import { createInspector } from './adapters/inspection/inspector.ts';
import { createOutboxStore } from './adapters/outbox/outbox-store.ts';
import { outliveBrokenStreams, untilEnded } from './adapters/process/ending.ts';
import { createStateStore } from './adapters/state/state-store.ts';
import type { Neighbours } from './app/neighbours.ts';
import { run } from './cli/program.ts';
import type { World } from './cli/world.ts';
import type { ConfigLocation } from './config/read/config.ts';
import type { Certificates } from './ports/accounts/certificates.ts';
import type { Discovery } from './ports/accounts/discovery.ts';
import type { MailSender } from './ports/sending/mail-sender.ts';
import type { MailboxSource } from './ports/receiving/mailbox-source.ts';
import type { MaildropSource } from './ports/receiving/maildrop-source.ts';
import type { MessageCodec } from './ports/sending/message-codec.ts';
import { build, version } from './version.ts';

/** Runs one command line, without node and script; sets the exit status, and lets the process end by itself. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv[0] === '__inspect') return serveInspector();
  outliveBrokenStreams();
  await untilEnded(argv, (signal, interrupt) => run(argv, world(signal, interrupt)));
}

/** One look of doctor's at a path or a host. */
const inspectWithinMs = 3_000;

/** The process that doctor starts to look around, and leaves behind where it is stuck. */
async function serveInspector(): Promise<void> {
  const { serveInspections } = await import('./adapters/inspection/serve.ts');
  const { checkState } = await import('./adapters/state/check-state.ts');
  serveInspections((path) => Promise.resolve(path).then(checkState));
}

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
    mbsync: async () => (await import('./adapters/importers/mbsync/mbsync-state.ts')).mbsyncState,
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

/** One for the process: it learns how long each server bears a quiet connection. */
const mailboxSource = once(async () => {
  const { imapSource } = await import('./adapters/imap/source.ts');
  return imapSource({ clock: systemClock });
});

const lazyMailboxSource: MailboxSource = {
  connect: async (...call) => (await mailboxSource()).connect(...call),
  watch: async function* (...call) {
    yield* (await mailboxSource()).watch(...call);
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
  const adapter = once(load);
  const call = async (name: keyof T, args: never[]): Promise<unknown> =>
    (await adapter())[name](...args);
  return new Proxy({} as T, {
    // Not to be taken for a promise, where somebody waits for it.
    get: (_, name) =>
      name === 'then' ? undefined : (...args: never[]) => call(name as keyof T, args),
  });
}

/** Loaded when it is first asked for, and then the same. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}

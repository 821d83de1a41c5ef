/** A session bus with a gnome-keyring of its own on it, as a desktop has them; or with none. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Guard, untilReady } from './guard.ts';
import { requirePrograms } from './programs.ts';

const daemon = '/usr/bin/dbus-daemon';
const send = '/usr/bin/dbus-send';
const keyring = '/usr/bin/gnome-keyring-daemon';

/** No service is started on demand: what answers on this bus was put there by the test. */
const busConfig = (folder: string): string => `<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

export class SessionBus {
  readonly #folder: string;
  readonly #bus: Guard;
  #keyring: Guard | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#bus = new Guard(folder, daemon, ['--nofork', `--config-file=${folder}/bus.conf`]);
  }

  /** A bus without a keyring. */
  static async start(): Promise<SessionBus> {
    await requirePrograms([daemon, send, keyring]);
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-bus-'));
    await writeFile(join(folder, 'bus.conf'), busConfig(folder));
    const bus = new SessionBus(folder);
    await bus.#bus.start();
    const answers = async (): Promise<void> => {
      await bus.#call('org.freedesktop.DBus', '/', 'ListNames');
    };
    await untilReady(bus.#bus, answers, noLog);
    return bus;
  }

  /** For DBUS_SESSION_BUS_ADDRESS. */
  get address(): string {
    return `unix:path=${this.#folder}/bus`;
  }

  /** Where the keyring keeps its files. */
  get home(): string {
    return join(this.#folder, 'keyring');
  }

  /** Starts the keyring of this bus, unlocked; its files are kept from one start to the next. */
  async startKeyring(): Promise<void> {
    const place = join(this.#folder, 'guard');
    for (const folder of [this.home, place]) await mkdir(folder, { recursive: true, mode: 0o700 });
    const script =
      'export HOME="$1" DBUS_SESSION_BUS_ADDRESS="$2"; unset XDG_RUNTIME_DIR; ' +
      'printf letmein | exec "$3" --foreground --unlock --components=secrets --control-directory="$1"';
    const guard = new Guard(place, '/bin/sh', [
      '-c',
      script,
      'sh',
      ...[this.home, this.address, keyring],
    ]);
    this.#keyring = guard;
    await guard.start();
    await untilReady(guard, () => this.#defaultKeyring(), noLog);
  }

  async stopKeyring(): Promise<void> {
    await this.#keyring?.end();
    this.#keyring = undefined;
  }

  /** As a desktop does it with its screen: nobody is there who could unlock it again. */
  async lock(): Promise<void> {
    await this.#call(...service, 'org.freedesktop.Secret.Service.Lock', [
      'array:objpath:/org/freedesktop/secrets/collection/login',
    ]);
  }

  async stop(): Promise<void> {
    await this.stopKeyring();
    await this.#bus.end();
  }

  async #defaultKeyring(): Promise<void> {
    const method = 'org.freedesktop.Secret.Service.ReadAlias';
    const found = await this.#call(...service, method, ['string:default']);
    if (!found.includes('/collection/')) throw new Error('it has no default keyring yet');
  }

  async #call(
    to: string,
    path: string,
    method: string,
    values: readonly string[] = [],
  ): Promise<string> {
    const full = method.includes('.') ? method : `${to}.${method}`;
    const words = [`--bus=${this.address}`, '--print-reply', `--dest=${to}`, path, full];
    const { stdout } = await promisify(execFile)(send, [...words, ...values], { timeout: 10_000 });
    return stdout;
  }
}

const service = ['org.freedesktop.secrets', '/org/freedesktop/secrets'] as const;

const noLog = (): Promise<string> => Promise.resolve('');

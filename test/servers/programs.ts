/** Finds the programs of the operating system that the tests need, or says which Debian packages are missing. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';

const packages =
  'dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd postfix openssl, for the keyring dbus-daemon dbus-bin gnome-keyring (Debian or Ubuntu)';

const run = promisify(execFile);

/** Throws when one of the files can't be executed: tests against real servers fail without them, they are never skipped. */
export async function requirePrograms(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await access(path, constants.X_OK).catch(() => {
      throw new Error(`${path} is missing: these tests need the packages ${packages}`);
    });
  }
}

/** Standard output of a program that has to succeed within 30 seconds; its standard error is part of the failure. */
export async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, [...args], {
    timeout: 30_000,
    maxBuffer: 256 * 1024 * 1024,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  }).catch((error: Error & { code?: unknown; stderr?: string }) => {
    const reason = `exit ${String(error.code)}: ${error.stderr?.trim() ?? error.message}`;
    throw new Error(`${command} ${args.join(' ')}: ${reason}`, { cause: error });
  });
  return stdout;
}

/** posthorn in a fresh home: configuration, state, secrets and mail all in one room. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';
import { launcher } from './options.mjs';

/** Where the mail of all accounts of such a home lies. */
export const accountFolder = (room) => join(room, 'posthorn', 'mail');

/** Accounts as they stand in the file; JSON is YAML. */
export function makeHome(room, accounts, options = {}) {
  const folder = join(room, 'posthorn');
  const config = join(folder, 'config', 'posthorn');
  const mail = accountFolder(room);
  for (const path of [config, mail]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const document = { version: 1, options: { mailRoot: mail, ...options }, accounts };
  writeFileSync(join(config, 'config.yaml'), JSON.stringify(document, null, 1), { mode: 0o600 });
  return { folder, mail, env: environment(folder) };
}

export function environment(folder) {
  return {
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_DATA_HOME: join(folder, 'data'),
  };
}

/** An account that receives alone; the password lies in a file, as it does for the peers. */
export function receiving(room, { dovecot, user }, type = 'imap', port = dovecot.ports[type]) {
  const file = join(room, `password-${user.address}`);
  writeFileSync(file, `${user.password}\n`, { mode: 0o600 });
  const incoming = { host: dovecot.host, port, security: 'none', auth: 'plain' };
  const login = { username: user.address, password: { file } };
  const identity = { address: user.address };
  return { type, identity, incoming: { ...incoming, ...login }, send: false };
}

/** An account that sends alone, to a server on this machine that wants no login. */
export function sending(port) {
  const identity = { address: 'one@example.org' };
  const outgoing = { host: '127.0.0.1', port, security: 'none', credentials: 'none' };
  return { identity, outgoing, receive: false, saveSent: false };
}

export const command = (...words) => [process.execPath, launcher, '--no-input', ...words];

export const syncCommand = (...names) => command('sync', '--quiet', ...names);

export function sync(home, ...names) {
  return measure(syncCommand(...names), { env: home.env });
}

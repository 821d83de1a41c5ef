/** mpop, fetchmail and getmail: each brings a maildrop into a Maildir and leaves it on the server. */
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';

function maildirIn(room, name) {
  const mail = join(room, name, 'Maildir');
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(mail, part), { recursive: true });
  return { folder: join(room, name), mail };
}

export function makeMpop(room, { dovecot, user }, port = dovecot.ports.pop3) {
  const { folder, mail } = maildirIn(room, 'mpop');
  const config = join(folder, 'mpoprc');
  const lines = [
    'account a',
    `host ${dovecot.host}\nport ${port}\ntls off`,
    `auth plain\nuser ${user.address}\npassword ${user.password}`,
    `keep on\nreceived_header off\ndelivery maildir ${mail}\nuidls_file ${folder}/uidls`,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  const words = ['mpop', '-Q', '-C', config, 'a'];
  return { mail, run: () => measure(words, { env: { HOME: folder } }) };
}

/** It delivers to no Maildir by itself: a shell script does, one process a message, flushed as the others do. */
const delivery = `#!/bin/sh
set -e
name=$(date +%s.%N).$$
cat > "$1/tmp/$name"
sync "$1/tmp/$name"
exec mv "$1/tmp/$name" "$1/new/$name"
`;

export function makeFetchmail(room, { dovecot, user }) {
  const { folder, mail } = maildirIn(room, 'fetchmail');
  const [config, script] = [join(folder, 'fetchmailrc'), join(folder, 'deliver')];
  writeFileSync(script, delivery, { mode: 0o700 });
  const lines = [
    'set no bouncemail',
    'set invisible',
    `poll ${dovecot.host} service ${dovecot.ports.pop3} protocol pop3 auth password uidl`,
    `user "${user.address}" password "${user.password}" sslproto "" keep fetchall`,
    `mda "${script} ${mail}"`,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  const words = ['fetchmail', '--silent', '-f', config, '-i', join(folder, 'ids')];
  const env = { HOME: folder, FETCHMAILHOME: folder };
  return { mail, run: () => measure(words, { env }) };
}

/** It refuses to deliver as root; Debian's nobody has to do. */
const nobody = 65_534;

function handOver(paths) {
  if (process.getuid() !== 0) return [];
  for (const path of paths) chownSync(path, nobody, nobody);
  return ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
}

export function makeGetmail(room, { dovecot, user }) {
  const { folder, mail } = maildirIn(room, 'getmail');
  const config = join(folder, 'getmailrc');
  const retriever = `type = SimplePOP3Retriever\nserver = ${dovecot.host}\nport = ${dovecot.ports.pop3}`;
  const login = `username = ${user.address}\npassword = ${user.password}`;
  const options = 'delete = false\nverbose = 0\nreceived = false\ndelivered_to = false';
  const text = `[retriever]\n${retriever}\n${login}\n\n[destination]\ntype = Maildir\npath = ${mail}/\n\n[options]\n${options}\n`;
  writeFileSync(config, text, { mode: 0o600 });
  const parts = ['tmp', 'new', 'cur'].map((part) => join(mail, part));
  const as = handOver([folder, mail, config, ...parts]);
  const words = [...as, 'getmail', `--getmaildir=${folder}`, '--rcfile=getmailrc', '--quiet'];
  return { mail, run: () => measure(words, { env: { HOME: folder } }) };
}

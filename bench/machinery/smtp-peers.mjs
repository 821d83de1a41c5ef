/** msmtp, a process for each message as programs call it, and nodemailer with its pool and nothing around it. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { measure } from './measure.mjs';

/** A shell calls it, so that the shell's own share is all that is added. */
const eachFile =
  'for file in "$2"/*; do msmtp -C "$1" -a a -- tom@example.net < "$file" || exit; done';

export function makeMsmtp(port, files) {
  return (room) => {
    const config = join(room, 'msmtprc');
    const lines = [
      'account a',
      `host 127.0.0.1\nport ${port}`,
      'tls off\nauth off\nfrom one@example.org',
    ];
    writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
    const words = ['sh', '-c', eachFile, 'sh', config, dirname(files[0])];
    return () => measure(words, { env: { HOME: join(room, 'home') } });
  };
}

export function pooledSender(port, files) {
  const script = join(import.meta.dirname, 'pooled-sender.mjs');
  return () => () => measure([process.execPath, script, String(port), dirname(files[0])]);
}

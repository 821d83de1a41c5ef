/** Messages of 6 KB as files, for programs that read one from standard input. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messages, sizes } from './mail.mjs';

/** With LF, as programs write to sendmail; paths in order. */
export function writeLetters(room, count) {
  const folder = join(room, 'letters');
  mkdirSync(folder);
  return [...messages(count, 6, sizes.letter)].map((message, at) => {
    const path = join(folder, String(at).padStart(6, '0'));
    const text = message.toString('latin1').replaceAll('\r\n', '\n');
    writeFileSync(path, text.replace(/^From: .*$/m, 'From: One <one@example.org>'), 'latin1');
    return path;
  });
}

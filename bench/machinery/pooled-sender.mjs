/** Sends every file of a folder by nodemailer's pool as it comes: pooled-sender.mjs PORT FOLDER. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';

const [port, folder] = process.argv.slice(2);
const connection = { host: '127.0.0.1', port: Number(port), ignoreTLS: true };
const transport = createTransport({ pool: true, maxMessages: Infinity, ...connection });
const envelope = { from: 'one@example.org', to: ['tom@example.net'] };
await Promise.all(
  readdirSync(folder).map((name) =>
    transport.sendMail({ envelope, raw: readFileSync(join(folder, name)) }),
  ),
);
transport.close();

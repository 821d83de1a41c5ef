/** The linter refuses what import-table.js does not allow: wrong imports fail, right ones pass, room by room. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** The linter as `npm run lint` runs it, this one rule alone; without types, since the files do not exist. */
const linter = new ESLint({
  cwd: root,
  overrideConfig: [tseslint.configs.disableTypeChecked],
  ruleFilter: ({ ruleId }) => ruleId === 'posthorn/imports',
});

async function complaints(file: string, code: string): Promise<string[]> {
  const results = await linter.lintText(code, { filePath: join(root, file) });
  const messages = results.flatMap((result) => result.messages);
  expect(messages.filter((message) => message.fatal)).toEqual([]);
  return messages.filter(({ severity }) => severity === 2).map(({ message }) => message);
}

interface Config {
  rules: { 'posthorn/imports': [severity: number, table: object] };
}

type Case = readonly [file: string, code: string];

const right: readonly Case[] = [
  ['src/core/sync/plan/plan-account.ts', `import { gravest } from '../../../errors.ts';`],
  ['src/core/sync/plan/plan-account.ts', `import { flags } from '../flags.ts';`],
  ['src/ports/clock.ts', `import type { Account } from '../core/account.ts';`],
  ['src/ports/clock.ts', `import type { Lock } from './lock.ts';`],
  ['src/ports/clock.ts', `export type { Account } from '../core/account.ts';`],
  ['src/wire/crlf.ts', `import { connect } from 'node:net';`],
  ['src/wire/crlf.ts', `import { RefusedError } from '../errors.ts';`],
  ['src/wire/crlf.ts', `import type { Account } from '../core/account.ts';`],
  ['src/config/schema.ts', `import { z } from 'zod';`],
  ['src/config/schema.ts', `import { join } from 'node:path';`],
  ['src/config/read/find.ts', `import { open } from 'node:fs/promises';`],
  ['src/config/edit/save.ts', `import { rename } from 'node:fs/promises';`],
  ['src/config/edit/save.ts', `import { replaceFile } from '../../disk/durable.ts';`],
  ['src/core/sync/flags.ts', `import { printable } from '../../printable.ts';`],
  ['src/cli/terminal/output.ts', `import { printableJson } from '../../printable.ts';`],
  ['src/adapters/importers/msmtprc.ts', `import { defined } from '../../defined.ts';`],
  ['src/adapters/control/announcement.ts', `import { replaceFile } from '../../disk/durable.ts';`],
  ['src/adapters/imap/client.ts', `import { ImapFlow } from 'imapflow';`],
  ['src/adapters/imap/client.ts', `import { connect } from '../../wire/connect.ts';`],
  ['src/adapters/imap/client.ts', `import { login } from './login.ts';`],
  ['src/adapters/imap/client.ts', `import { connect } from 'node:tls';`],
  ['src/adapters/mime/compose.ts', `import { createTransport } from 'nodemailer';`],
  [
    'src/adapters/mime/build.ts',
    `import MailComposer from 'nodemailer/lib/mail-composer/index.js';`,
  ],
  ['src/adapters/mime/read.ts', `import { simpleParser } from 'mailparser';`],
  ['src/disk/sqlite.ts', `await import('@photostructure/sqlite');`],
  ['src/disk/syncfs.ts', `await import('koffi');`],
  ['src/adapters/state/open.ts', `await import('node:sqlite');`],
  ['src/adapters/lock/lock.ts', `import { openSqlite } from '../../disk/sqlite.ts';`],
  ['src/adapters/importers/csv.ts', `import { duration } from '../../core/duration.ts';`],
  ['src/app/sync.ts', `import type { Settings } from '../config/config.ts';`],
  ['src/app/sync.ts', `import type { Clock } from '../ports/clock.ts';`],
  ['src/daemon/daemon.ts', `import { syncAll } from '../app/sync-all.ts';`],
  ['src/cli/program.ts', `import { Command } from 'commander';`],
  ['src/cli/program.ts', `import { run } from '../daemon/daemon.ts';`],
  ['src/cli/program.ts', `import type { Clock } from '../ports/clock.ts';`],
  ['src/cli/commands/sync.ts', `import { load } from '../../config/load.ts';`],
  ['src/demo/smtp-server.ts', `import { SMTPServer } from 'smtp-server';`],
  ['src/demo/smtp-server.ts', `import { crlf } from '../wire/crlf.ts';`],
  ['src/main.ts', `await import('./adapters/imap/client.ts');`],
  ['src/main.ts', `await import('./demo/servers.ts');`],
  ['test/core/flags.test.ts', `import { ImapFlow } from 'imapflow';`],
  ['test/core/flags.test.ts', `import { x } from '../../src/adapters/imap/client.ts';`],
];

const wrong: readonly Case[] = [
  ['src/errors.ts', `import { flags } from './core/flags.ts';`],
  ['src/errors.ts', `import type { Account } from './core/account.ts';`],
  ['src/core/sync/plan/plan-account.ts', `import { createHash } from 'node:crypto';`],
  ['src/core/sync/plan/plan-account.ts', `import { z } from 'zod';`],
  ['src/core/sync/plan/plan-account.ts', `import type { Clock } from '../../../ports/clock.ts';`],
  ['src/core/sync/plan/plan-account.ts', `export { crlf } from '../../../wire/crlf.ts';`],
  ['src/core/sync/plan/plan-account.ts', `export * from '../../../wire/crlf.ts';`],
  ['src/core/sync/plan/plan-account.ts', `await import('../../../app/sync.ts');`],
  ['src/core/sync/plan/plan-account.ts', `type Socket = import('node:net').Socket;`],
  ['src/core/sync/plan/plan-account.ts', `import fs = require('node:fs');`],
  ['src/core/sync/plan/plan-account.ts', `require('node:fs');`],
  ['src/ports/clock.ts', `import { flags } from '../core/flags.ts';`],
  ['src/ports/clock.ts', `import { type Account } from '../core/account.ts';`],
  ['src/ports/clock.ts', `import type { Socket } from 'node:net';`],
  ['src/wire/crlf.ts', `import { flags } from '../core/flags.ts';`],
  ['src/wire/crlf.ts', `import type { Clock } from '../ports/clock.ts';`],
  ['src/wire/crlf.ts', `import { connect } from 'net';`],
  ['src/wire/crlf.ts', `import { ImapFlow } from 'imapflow';`],
  ['src/config/schema.ts', `import { readFile } from 'node:fs/promises';`],
  ['src/config/schema.ts', `import { existsSync } from 'node:fs';`],
  ['src/config/schema.ts', `import { connect } from '../wire/connect.ts';`],
  ['src/config/load.ts', `import { ImapFlow } from 'imapflow';`],
  ['src/config/read/load.ts', `import { replaceFile } from '../../disk/durable.ts';`],
  ['src/config/edit/edit.ts', `import { replaceFile } from '../../disk/durable.ts';`],
  ['src/printable.ts', `import { gravest } from './errors.ts';`],
  ['src/defined.ts', `import { join } from 'node:path';`],
  ['src/cli/edit-session.ts', `import { replaceFile } from '../disk/durable.ts';`],
  ['src/adapters/imap/client.ts', `import { retrieve } from '../pop3/retrieve.ts';`],
  ['src/adapters/imap/client.ts', `import type { Pop3 } from '../pop3/source.ts';`],
  ['src/adapters/imap/client.ts', `import { load } from '../../config/load.ts';`],
  ['src/adapters/imap/client.ts', `import { sync } from '../../app/sync.ts';`],
  ['src/adapters/imap/client.ts', `import { Output } from '../../cli/output.ts';`],
  ['src/adapters/imap/client.ts', `import { createTransport } from 'nodemailer';`],
  [
    'src/adapters/smtp/connection.ts',
    `import SMTPConnection from 'nodemailer/lib/smtp-connection';`,
  ],
  ['src/adapters/pop3/source.ts', `import { ImapFlow } from 'imapflow';`],
  ['src/adapters/state/open.ts', `await import('@photostructure/sqlite');`],
  ['src/disk/durable.ts', `import { crlf } from '../wire/crlf.ts';`],
  ['src/disk/durable.ts', `import { flags } from '../core/sync/flags.ts';`],
  ['src/core/sync/flags.ts', `import { syncDirectory } from '../../disk/durable.ts';`],
  ['src/adapters/importers/csv.ts', `import { parse } from 'yaml';`],
  ['src/app/sync.ts', `import { load } from '../config/load.ts';`],
  ['src/app/sync.ts', `import { client } from '../adapters/imap/client.ts';`],
  ['src/app/sync.ts', `import { connect } from '../wire/connect.ts';`],
  ['src/app/sync.ts', `import { join } from 'node:path';`],
  ['src/app/sync.ts', `import { keep } from '../daemon/daemon.ts';`],
  ['src/daemon/daemon.ts', `import { Output } from '../cli/output.ts';`],
  ['src/daemon/daemon.ts', `import { createServer } from 'node:net';`],
  ['src/cli/program.ts', `import { flags } from '../core/flags.ts';`],
  ['src/cli/program.ts', `import { client } from '../adapters/imap/client.ts';`],
  ['src/cli/program.ts', `import { servers } from '../demo/servers.ts';`],
  ['src/cli/program.ts', `import { main } from '../main.ts';`],
  ['src/demo/smtp-server.ts', `import { sync } from '../app/sync.ts';`],
  ['src/demo/smtp-server.ts', `import { flags } from '../core/flags.ts';`],
  ['src/demo/smtp-server.ts', `import { ImapFlow } from 'imapflow';`],
  ['src/app/sync.ts', `import { fake } from '../../test/fakes/clock.ts';`],
  ['src/attic/old.ts', `import { gravest } from '../errors.ts';`],
];

describe('the import table', () => {
  it.each(right)('%s may: %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });

  it.each(wrong)('%s must not: %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([expect.stringContaining('(import-table.js)')]);
  });

  it('has a row for every room', async () => {
    const entries = await readdir(join(root, 'src'));
    const rooms = entries.map((name) => name.replace(/\.ts$/, ''));
    const config = (await linter.calculateConfigForFile(join(root, 'src/errors.ts'))) as Config;
    const [, table] = config.rules['posthorn/imports'];
    expect(rooms.filter((room) => !(room in table))).toEqual([]);
  });

  it('cannot be switched off in a file', async () => {
    const code = `// eslint-disable-next-line\nimport { createHash } from 'node:crypto';`;
    expect(await complaints('src/core/sync/plan/plan-account.ts', code)).toHaveLength(1);
  });
});

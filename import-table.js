/**
 * Which room of src/ may import what. The linter enforces it (scripts/import-rule.js), docs/architecture.md mirrors it.
 *
 * The room of a file is the first folder below src/, or the file itself (`src/errors.ts`: errors); each adapter is a room
 * of its own. A room may always import itself, except that nothing imports a sibling in `adapters/`.
 *
 * may    rooms, whole
 * types  rooms, by `import type` alone
 * npm    packages (a package with all its sub-paths)
 * node   modules of Node: `true` for all of them, else the list; a file named under `files` has its own list
 */
/** What stands in src/ itself and needs nothing. */
const everywhere = ['errors', 'printable', 'defined'];
const adapter = { may: ['ports', 'core', 'wire', 'disk', ...everywhere], node: true };
const sqlite = ['@photostructure/sqlite'];

export const importTable = {
  errors: {},
  printable: {},
  defined: {},
  version: { node: true },
  core: { may: everywhere },
  ports: { types: ['core', 'errors'] },
  wire: { may: everywhere, types: ['core'], node: true },
  disk: { may: everywhere, npm: [...sqlite, 'koffi'], node: true },
  config: {
    may: ['core', ...everywhere],
    npm: ['yaml', 'zod', 'cosmiconfig'],
    node: ['node:path', 'node:os', 'node:util', 'node:crypto'],
    files: {
      'src/config/read/sound-note.ts': { node: true },
      'src/config/read/find.ts': { node: true },
      'src/config/edit/save.ts': { may: ['core', ...everywhere, 'disk'], node: true },
    },
  },
  adapters: adapter,
  'adapters/autoconfig': { ...adapter, npm: ['fast-xml-parser'] },
  'adapters/imap': { ...adapter, npm: ['imapflow'] },
  'adapters/mime': { ...adapter, npm: ['nodemailer', 'mailparser'] },
  'adapters/smtp': adapter,
  'adapters/secrets': { ...adapter, npm: ['@napi-rs/keyring'] },
  app: { may: ['core', 'ports', ...everywhere], types: ['config'] },
  daemon: { may: ['app', 'core', 'ports', ...everywhere], types: ['config'] },
  cli: {
    may: ['app', 'daemon', 'config', ...everywhere, 'version'],
    types: ['core', 'ports'],
    npm: ['commander', 'cli-table3', '@inquirer/prompts', 'ora'],
    node: true,
  },
  demo: { may: [...everywhere, 'wire'], npm: ['smtp-server', 'nodemailer'], node: true },
  main: { everything: true },
  sendmail: { everything: true },
};

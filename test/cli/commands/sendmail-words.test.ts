/** The quick reading of sendmail's command line against commander's: what it takes, it takes in the same way. */
import fc from 'fast-check';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Act } from '../../../src/cli/act.ts';
import { sendmailWords, type SendmailWords } from '../../../src/cli/commands/sendmail-words.ts';
import type { SendmailFlags } from '../../../src/cli/commands/sendmail.ts';
import { run } from '../../../src/cli/program.ts';
import type { Run, World } from '../../../src/cli/world.ts';

let read: SendmailWords | null;
beforeEach(() => (read = null));

vi.mock('../../../src/cli/commands/sendmail-options.ts', async (original) => {
  const { register } =
    await original<typeof import('../../../src/cli/commands/sendmail-options.ts')>();
  const keep = ({ options }: Run, addresses: readonly string[], flags: SendmailFlags) => {
    read = { options, addresses, flags };
    return Promise.resolve(0);
  };
  return {
    register: (command: Parameters<typeof register>[0], act: Act) => {
      register(command, () => act(keep));
    },
  };
});

/** What commander makes of it; null where it refuses, or does something else. */
async function byCommander(argv: readonly string[]): Promise<SendmailWords | null> {
  read = null;
  const silent = { write: () => true };
  const { signal } = new AbortController();
  const world = { version: '1', env: {}, stdout: silent, stderr: silent, signal };
  await run(argv, world as unknown as World);
  return read;
}

function essence(words: SendmailWords | null) {
  if (words === null) return null;
  const { addresses, flags, options } = words;
  const { config, json, quiet, verbose, color, input, yes } = options;
  const { t = false, f, r } = flags;
  const globals = { config, json, quiet, verbose, color, input, yes };
  return { addresses: [...addresses], flags: { t, f, r }, globals };
}

const globals = ['--no-input', '--no-color', '--quiet', '-q', '--verbose', '-v', '--json', '--yes'];
const before = [...globals, '--config', '--config=x', 'x.yaml', 'send', '-V', '--', '-qv', ''];
const behind = [
  ...[
    '-t',
    '-i',
    '-ti',
    '-it',
    '-tt',
    '-f',
    '-fa@x.example',
    '-r',
    '-rb@x.example',
    '-tfc@x.example',
  ],
  ...['-F', '-FName', '-o', '-oi', '-oem', '-bm', '-b', '-bs', 'm', '-B8BITMIME', '-h', '-V', '-U'],
  ...[
    '--',
    '-',
    '',
    '--help',
    '-5',
    '-t-',
    '-i=',
    'a@x.example',
    'b@x.example',
    'sendmail',
    'help',
  ],
];

it('reads what it reads as commander does', async () => {
  let taken = 0;
  const words = (from: readonly string[], maxLength: number) =>
    fc.array(fc.constantFrom(...from), { maxLength });
  const lines = fc
    .tuple(words(before, 2), words([...behind, ...globals], 5))
    .map(([first, last]) => [...first, 'sendmail', ...last]);
  await fc.assert(
    fc.asyncProperty(lines, async (argv) => {
      const quick = sendmailWords(argv);
      if (quick === null) return;
      taken += 1;
      expect(essence(quick)).toEqual(essence(await byCommander(argv)));
    }),
    { numRuns: 5000 },
  );
  expect(taken).toBeGreaterThan(300);
});

it.each([
  [['sendmail', '-t']],
  [['sendmail', '-ti', '-f', 'a@x.example']],
  [['--no-input', 'sendmail', '-i', '-f', 'a@x.example', 'b@x.example']],
  [['--config', 'sendmail', '-q', 'sendmail', '-FCronDaemon', '-odi', '-oem', '-oi', '-t']],
  [['sendmail', '-oi', '-F', 'A', '-r', '', '-bm', '--', 'b@x.example', '-t', '--']],
])('takes %j itself', async (argv) => {
  expect(essence(sendmailWords(argv))).toEqual(essence(await byCommander(argv)));
  expect(sendmailWords(argv)).not.toBeNull();
});

it.each([
  [[]],
  [['sync']],
  [['send', '--to', 'sendmail']],
  [['--json', 'sendmail', '-t']],
  [['sendmail', '-t', '--json']],
  [['sendmail', '-f']],
  [['sendmail', '-bs']],
  [['sendmail', '--help']],
  [['--help', 'sendmail']],
  [['sendmail', '-V', 'x']],
  [['--config', 'sendmail']],
])('leaves %j to commander', (argv) => {
  expect(sendmailWords(argv)).toBeNull();
});

/** The command line as a whole: which commands there are, the options of all of them, and how a run ends. */

import { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { Act, Register } from './act.ts';
import { failed } from './terminal/failed.ts';
import { Output } from './terminal/output.ts';
import type { GlobalOptions } from './global-options.ts';
import { helpLayout, refuseUnknownTopic, withoutHelpCommand } from './terminal/help.ts';
import type { Run, World } from './world.ts';

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ register: Register }>;
}

const commands: readonly Entry[] = [
  {
    name: 'account',
    summary: 'add, edit, list, show, test, rename, enable, disable and remove accounts',
    load: () => import('./commands/account/account.ts'),
  },
  {
    name: 'folders',
    summary: 'list, create, rename and delete folders, and say what they are for',
    load: () => import('./commands/folders/folders.ts'),
  },
  {
    name: 'state',
    summary: 'what is remembered of an account; made anew from its mail; handed to mbsync',
    load: () => import('./commands/state.ts'),
  },
  {
    name: 'sync',
    summary: 'send what waits and receive what is new, once',
    load: () => import('./commands/sync.ts'),
  },
  {
    name: 'send',
    summary: 'write a message from options and standard input, and queue it',
    load: () => import('./commands/send.ts'),
  },
  {
    name: 'sendmail',
    summary: 'queue a finished message, as /usr/sbin/sendmail does',
    load: () => import('./commands/sendmail-options.ts'),
  },
  {
    name: 'outbox',
    summary: 'what is written and not sent yet',
    load: () => import('./commands/outbox.ts'),
  },
  {
    name: 'daemon',
    summary: 'run, start, stop and ask the background process',
    load: () => import('./commands/daemon.ts'),
  },
  {
    name: 'config',
    summary: 'where the configuration is, whether it holds, what it means, its schema',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'doctor',
    summary: 'what is wrong with the machine, the files and the state, and the remedy',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'completion',
    summary: 'a script that completes command lines in bash, zsh or fish',
    load: () => import('./commands/completion.ts'),
  },
  {
    name: 'demo',
    summary: 'the whole main job against mail servers that it starts itself',
    load: () => import('./commands/demo.ts'),
  },
];

const examples = `
Examples:
  posthorn account add work --email you@example.org --in-host imap.example.org \\
      --out-host smtp.example.org --password-command "pass show mail/work"
  posthorn account test work
  posthorn sync                     once, for cron
  posthorn daemon start             on the interval of each account
  echo Hello | posthorn send --to friend@example.net --subject Hi
  posthorn demo                     see it all work, without an account

Exit status: 0 done, 1 something ails, 64 usage, 65 bad data, 69 refused,
70 a bug, 74 disk, 75 try again later, 77 credentials, 78 configuration.`;

/** Runs one command line (without node and script) and resolves with its exit status; never throws. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const state = { status: 0 };
  if (argv[0] === '__complete') {
    const { complete } = await import('./completion/complete.ts');
    return complete(argv.slice(1), world, (words) => buildProgram(words, world, state));
  }
  const program = await buildProgram(argv, world, state);
  try {
    await refuseUnknownTopic(program, argv);
    await program.parseAsync([...withoutHelpCommand(argv)], { from: 'user' });
    return state.status;
  } catch (thrown) {
    return conclude(thrown, program, world);
  }
}

async function buildProgram(
  argv: readonly string[],
  world: World,
  state: { status: number },
): Promise<Command> {
  const program = withGlobalOptions(new Command('posthorn'))
    .description('Keeps mail accounts: IMAP and POP3 into Maildir, an outbox over SMTP.')
    .version(world.version, '-V, --version')
    .addHelpText('after', examples)
    .configureHelp(helpLayout)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
      outputError: () => undefined,
    });
  const act = bind(program, world, state);
  const wanted = argv.find(
    (word, at) => argv[at - 1] !== '--config' && commands.some(({ name }) => name === word),
  );
  // Behind sendmail its own letters count: -V is an envelope id there, not the question for our version.
  program.enablePositionalOptions(wanted === 'sendmail');
  for (const { name, summary, load } of commands) {
    const command = program.command(name).description(summary).copyInheritedSettings(program);
    if (name === wanted) (await load()).register(command, act);
  }
  for (const each of descendants(program)) withGlobalOptions(each).copyInheritedSettings(program);
  return program;
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((each) => [each, ...descendants(each)]);
}

/** They may stand before the command as well as behind it; behind it they are left out of its help. */
function withGlobalOptions(command: Command): Command {
  const isTop = command.parent === null;
  const options = [
    new Option('--config <file>', 'another configuration file'),
    new Option('--json', 'one JSON document on standard output'),
    new Option('-q, --quiet', 'results and errors alone'),
    new Option('-v, --verbose', 'say more; stack traces of errors'),
    new Option('--no-color', 'no colours (also: NO_COLOR)'),
    new Option('--no-input', 'never ask'),
    new Option('--yes', 'answer confirmations with yes'),
  ];
  const taken = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  for (const option of options)
    if (!taken.has(option.long)) command.addOption(isTop ? option : option.hideHelp());
  return command;
}

function bind(program: Command, world: World, state: { status: number }): Act {
  return <A extends readonly unknown[]>(action: (run: Run, ...args: A) => Promise<number>) =>
    async (...args: unknown[]) => {
      const options = globalOptions(args.at(-1) as Command, program);
      const run: Run = { world, options, output: new Output(world, options) };
      state.status = await action(run, ...(args.slice(0, -1) as unknown as A));
    };
}

function globalOptions(command: Command, program: Command): GlobalOptions {
  const chain: Command[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) chain.unshift(each);
  const merged: Record<string, unknown> = { ...program.opts() };
  for (const each of chain)
    for (const [key, value] of Object.entries(each.opts()))
      if (each.getOptionValueSource(key) !== 'default') merged[key] = value;
  return merged as unknown as GlobalOptions;
}

function conclude(thrown: unknown, program: Command, world: World): number {
  const options = globalOptions(program, program);
  const output = new Output(world, options);
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0 || thrown.code === 'commander.help')
      return thrown.exitCode === 0 ? 0 : 64;
    output.error(usage(thrown));
    return 64;
  }
  return failed(thrown, output, world.signal);
}

function usage(error: CommanderError): UsageError {
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  const [, what = message, meant] = /^(.*) \((Did you mean .*\?)\)$/.exec(message) ?? [];
  return new UsageError(what, {
    remedy: meant === undefined ? 'See --help.' : `${meant} See --help.`,
  });
}

/** posthorn doctor: what is wrong with the machine, the files, the state and the accounts, and what to do about it. */

import type { Command } from 'commander';
import { examine } from '../../app/doctor/examine.ts';
import type { Finding } from '../../app/doctor/finding.ts';
import type { Config, ConfigLocation, Problem } from '../../config/read/config.ts';
import { findConfig } from '../../config/read/find.ts';
import { checkConfig, loadConfigAt } from '../../config/read/load.ts';
import { ConfigurationError, StorageError } from '../../errors.ts';
import type { Act } from '../act.ts';
import { examples } from '../terminal/examples.ts';
import type { Output } from '../terminal/output.ts';
import { accountsMeant } from '../session.ts';
import { printable } from '../../printable.ts';
import { plural } from '../terminal/text.ts';
import { configSource, type Run } from '../world.ts';

/** For all of it, so that somebody who waits for an answer has one within ten seconds. */
const withinMs = 8_000;

export function register(command: Command, act: Act): void {
  command
    .argument('[names...]', 'accounts or @TAG; all where left out')
    .action(act(doctor))
    .addHelpText(
      'after',
      '\nNothing is changed, no password is read, and no command for one is run:\nposthorn account test does that.' +
        ` Exit status 1: something ails.\n${examples('posthorn doctor', 'posthorn doctor work --verbose')}`,
    );
}

async function doctor(run: Run, names: readonly string[]): Promise<number> {
  const { world, output } = run;
  const { location, problems, config } = await readAnyway(run);
  const inspector = world.inspector();
  try {
    const findings = await examine({
      ...{ inspector, location, config, problems, env: world.env, version: world.version },
      accounts: config === null ? [] : accountsMeant(config, names),
      control: world.control(location),
      signal: AbortSignal.any([world.signal, AbortSignal.timeout(withinMs)]),
    });
    world.signal.throwIfAborted();
    if (output.json) output.document({ ails: ailing(findings).length, findings });
    else print(output, findings);
    return ailing(findings).length === 0 ? 0 : 1;
  } finally {
    inspector.close();
  }
}

interface Reading {
  readonly location: ConfigLocation;
  readonly problems: readonly Problem[];
  /** Null where it does not hold, which is a finding and no end. */
  readonly config: Config | null;
}

async function readAnyway(run: Run): Promise<Reading> {
  const location = await findConfig(configSource(run));
  try {
    return { location, problems: [], config: await loadConfigAt(location) };
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError) && !(thrown instanceof StorageError)) throw thrown;
    const { message, remedy } = thrown;
    const checked = await checkConfig(configSource(run)).catch(() => null);
    const problems = checked?.problems ?? [{ message, path: '', remedy }];
    return { location, problems, config: null };
  }
}

function ailing(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ level }) => level === 'ails');
}

/** What ails first, its remedy below it as a line to copy; what is good with --verbose alone. */
function print(output: Output, findings: readonly Finding[]): void {
  for (const level of ['ails', 'note', 'good'] as const)
    for (const finding of findings)
      if (finding.level === level && (level !== 'good' || output.verbose)) line(output, finding);
  const bad = ailing(findings).length;
  const fine = findings.filter(({ level }) => level === 'good').length;
  const rest = `${plural(fine, 'check')} ${fine === 1 ? 'is' : 'are'} good`;
  const more = output.verbose ? '' : ' (--verbose shows them)';
  output.say(
    bad === 0
      ? `All is well: ${rest}${more}.`
      : `${plural(bad, 'thing')} ${bad === 1 ? 'ails' : 'ail'}; ${rest}${more}.`,
  );
}

function line(output: Output, { level, area, account, what, remedy }: Finding): void {
  const marks = { ails: output.bad('ails'), note: 'note', good: output.good('good') };
  const whom = account === null ? area : account;
  output.line(`${marks[level]}  ${whom}: ${printable(what)}`);
  if (remedy !== null) output.line(`      ${printable(remedy)}`);
}

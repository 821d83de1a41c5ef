/** posthorn account trust: shows the certificates of an account's servers, and pins them once a person has agreed. */

import { Option, type Command } from 'commander';
import { resumeAccount } from '../../../app/accounts/enable-account.ts';
import { errorJson } from '../../../app/sync/report-json.ts';
import {
  lookAtCertificates,
  worthPinning,
  type SeenCertificate,
  type Side,
} from '../../../app/accounts/trust-account.ts';
import type { Config } from '../../../config/read/config.ts';
import { setAccountKeys } from '../../../config/edit/edit.ts';
import { refuseUnwritable } from '../../../config/edit/save.ts';
import type { Account } from '../../../core/account/account.ts';
import { ConfigurationError, gravest } from '../../../errors.ts';
import type { Act } from '../../act.ts';
import { noteRunningDaemon } from '../../sync/daemon-note.ts';
import { changeConfig } from '../../edit-session.ts';
import { examples } from '../../terminal/examples.ts';
import { confirm } from '../../terminal/prompt.ts';
import { accountNamed } from '../../account-named.ts';
import { readConfig, withNeighbours } from '../../session.ts';
import { printable } from '../../../printable.ts';
import type { Run } from '../../world.ts';

interface Flags {
  readonly in?: boolean;
  readonly out?: boolean;
}

export function registerTrust(command: Command, act: Act): void {
  command
    .command('trust')
    .argument('<name>', 'the account')
    .addOption(new Option('--in', 'the incoming server alone').conflicts('out'))
    .addOption(new Option('--out', 'the outgoing server alone').conflicts('in'))
    .description('show the certificates of the servers, and pin those that are not trusted')
    .addHelpText(
      'after',
      '\nA pinned certificate is accepted whoever issued it, and no other one is, until\nit is renewed.' +
        ` Compare the SHA-256 with what the provider names.\n${examples('posthorn account trust work', 'posthorn account trust work --in --yes')}`,
    )
    .action(act(trust));
}

async function trust(run: Run, name: string, flags: Flags): Promise<number> {
  const config = await readConfig(run);
  const account = accountNamed(config, name);
  const seen = await lookAtCertificates(
    account,
    sidesMeant(account, flags),
    await run.world.certificates(),
    run.world.signal,
  );
  for (const each of seen) showCertificate(run, each);
  const chosen = worthPinning(seen, flags.in === true || flags.out === true);
  try {
    if (chosen.length > 0) await pin(run, config, account, chosen);
  } catch (error) {
    report(run, account, seen, []);
    throw error;
  }
  report(run, account, seen, chosen);
  return gravest(seen.flatMap(({ error }) => (error === null ? [] : [error.exitStatus])));
}

function sidesMeant({ name, incoming, outgoing }: Account, flags: Flags): Side[] {
  const wanted: Side[] =
    flags.in === true ? ['incoming'] : flags.out === true ? ['outgoing'] : ['incoming', 'outgoing'];
  const there = { incoming: incoming !== undefined, outgoing: outgoing !== undefined };
  const sides = wanted.filter((side) => there[side]);
  if (sides.length > 0) return sides;
  throw new ConfigurationError(`the account has no ${wanted.join(' or ')} server`, {
    account: name,
    remedy: `See posthorn account show ${name}.`,
  });
}

async function pin(
  run: Run,
  config: Config,
  account: Account,
  chosen: readonly SeenCertificate[],
): Promise<void> {
  await refuseUnwritable(config.path);
  if (run.options.yes !== true) showBeside(run, chosen);
  run.output.note(
    'A pin accepts this very certificate, whoever issued it, and no other one: when the server gets a new one, pin that.',
  );
  await confirm(run, `Pin ${chosen.map(({ endpoint }) => endpoint).join(' and ')}?`);
  const changes = new Map(
    chosen.map(({ side, certificate }) => [
      `${side}.tls.fingerprint`,
      certificate?.fingerprint ?? '',
    ]),
  );
  await withNeighbours(run, config, async (neighbours) => {
    await changeConfig(config, neighbours, (text) => setAccountKeys(text, account.name, changes));
    await resumeAccount(account, neighbours.state);
  });
  await noteRunningDaemon(run, config);
}

/** Nobody is asked about a certificate that went to a file, or was left out of a document. */
function showBeside({ output, ...rest }: Run, chosen: readonly SeenCertificate[]): void {
  if (output.isTerminal && !output.json) return;
  for (const each of chosen) showCertificate({ ...rest, output: output.aside() }, each);
}

export function showCertificate(
  { output }: Run,
  { side, endpoint, certificate, standing, error }: SeenCertificate,
) {
  if (output.json) return;
  if (error !== null) {
    output.error(error);
    return;
  }
  const { subject, issuer, names, validFrom, validTo, fingerprint, trouble } = certificate;
  const said = {
    pinned: output.good('trusted: this certificate is pinned'),
    otherwise: output.bad('refused: another certificate is pinned'),
    trusted: output.good('trusted by its authority'),
    untrusted: output.bad(`not trusted: it is ${trouble ?? ''}`),
  }[standing];
  output.line(`${side} ${endpoint}: ${said}`);
  const rows = [
    ['subject', subject],
    ['names', names.join(', ')],
    ['issuer', issuer],
    ['valid', `${day(validFrom)} to ${day(validTo)}`],
    ['SHA-256', fingerprint],
  ];
  for (const [what = '', text = ''] of rows) output.line(`  ${what.padEnd(8)} ${printable(text)}`);
}

function day(time: number): string {
  return Number.isNaN(time) ? 'unknown' : new Date(time).toISOString().slice(0, 10);
}

function report(
  { output }: Run,
  { name }: Account,
  seen: readonly SeenCertificate[],
  pinned: readonly SeenCertificate[],
): void {
  if (output.json) {
    output.document({
      account: name,
      servers: seen.map((each) => ({
        ...{ server: each.side, endpoint: each.endpoint, standing: each.standing },
        pinned: pinned.includes(each) || each.standing === 'pinned',
        certificate: certificateJson(each),
        error: each.error === null ? null : errorJson(each.error),
      })),
    });
    return;
  }
  for (const { side, endpoint } of pinned)
    output.say(`${name}: ${side}.tls.fingerprint now pins the certificate of ${endpoint}`);
  if (pinned.length === 0 && seen.every(({ standing }) => standing === 'pinned'))
    output.say(`${name}: there is nothing to pin`);
}

function certificateJson({ certificate }: SeenCertificate) {
  if (certificate === null) return null;
  const { validFrom, validTo, trouble, ...rest } = certificate;
  const iso = (time: number): string | null =>
    Number.isNaN(time) ? null : new Date(time).toISOString();
  return { ...rest, validFrom: iso(validFrom), validTo: iso(validTo), trouble };
}

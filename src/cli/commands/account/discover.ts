/** posthorn account discover: the servers that can be found for an address, how they were found, and what to know of them. */

import type { Command } from 'commander';
import { discoveredJson, type DiscoveredJson } from '../../../app/discovery/choose-servers.ts';
import { discover } from '../../../app/discovery/discover.ts';
import type { Act } from '../../act.ts';
import { asTyped, noteLines, originText } from '../../account/discovery-text.ts';
import { printTable } from '../../terminal/table.ts';
import { examples } from '../../terminal/examples.ts';
import type { Output } from '../../terminal/output.ts';
import { readConfig } from '../../session.ts';
import { printable } from '../../../printable.ts';
import type { Run } from '../../world.ts';

export function registerDiscover(command: Command, act: Act): void {
  command
    .command('discover')
    .argument('<address>', 'a mail address')
    .description('the servers that can be found for an address, and how')
    .action(act(discoverOne))
    .addHelpText(
      'after',
      examples(
        'posthorn account discover you@example.org',
        'posthorn account discover you@example.org --json',
      ),
    );
}

/** 0 where mail could be received or sent, 75 where somebody who was asked did not answer, 69 where there is nothing. */
async function discoverOne(run: Run, address: string): Promise<number> {
  const { world, output } = run;
  const { ispdb } = (await readConfig(run)).settings;
  const discovered = await discover(address, world.discovery, world.signal, { ispdb });
  const found = discoveredJson(discovered);
  if (output.json) output.document({ ...found });
  else print(output, found);
  if (found.imap !== null || found.pop3 !== null || found.smtp !== null) return 0;
  return discovered.mayAnswerLater ? 75 : 69;
}

const heading = ['', 'SERVICE', 'SERVER', 'SECURITY', 'USER NAME', 'FOUND BY'];

function print(output: Output, found: DiscoveredJson): void {
  const rows = found.found.map((each) => [
    isChosen(each, found) ? '*' : '',
    each.service,
    asTyped(`${each.server.host}:${String(each.server.port)}`, found),
    each.server.security,
    printable(each.username),
    printable(asTyped(originText(each), found)),
  ]);
  const remarks = found.found.map((each) => remark(each, found));
  if (rows.length > 0) printTable(output, heading, rows, remarks);
  for (const each of found.notes) for (const line of noteLines(each)) output.say(line);
  for (const line of found.trouble) output.warn(printable(asTyped(line, found)));
  if (rows.every(([mark]) => mark === ''))
    output.note(`No servers were found for ${printable(found.address)}.`);
}

function isChosen(
  each: DiscoveredJson['found'][number],
  { imap, pop3, smtp }: DiscoveredJson,
): boolean {
  const chosen = { imap, pop3, smtp }[each.service];
  const isSame = chosen?.server === each.server && chosen.source === each.source;
  return each.state !== 'failed' && isSame;
}

function remark(
  { why, certain, state }: DiscoveredJson['found'][number],
  found: DiscoveredJson,
): string | null {
  if (why !== null) return `not usable: ${printable(asTyped(why, found))}`;
  return state !== 'failed' && !certain
    ? 'outside of the domain: make sure that it is yours'
    : null;
}

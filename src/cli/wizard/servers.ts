/** The servers of an address: what can be found is shown with where it comes from, the rest is asked for. */

import {
  chooseServer,
  incomingService,
  notesFor,
  type Choice as FoundServer,
} from '../../app/discovery/choose-servers.ts';
import type { Discovered } from '../../app/discovery/discover.ts';
import type { Service } from '../../core/discovery/discovery.ts';
import { noteLines, originText, serverText } from '../account/discovery-text.ts';
import { printable } from '../../printable.ts';
import type { Wizard } from './context.ts';
import { inheritedValue, whole, withValue, type Draft } from './draft.ts';
import {
  askSecurity,
  receives,
  sends,
  serverFields,
  usualPortOf,
  type Side,
} from './fields/server.ts';

type Note = ReturnType<typeof notesFor>[number]['notes'][number];

export interface WithServers {
  readonly draft: Draft;
  /** What the provider asks of people. */
  readonly notes: readonly Note[];
}

export async function askServers(wizard: Wizard, draft: Draft): Promise<WithServers> {
  const sides = openSides(draft);
  const address = whole(draft).identity?.address ?? '';
  const services = sides.map((side) => serviceOf(side, draft));
  const found = sides.length === 0 ? null : await wizard.discover(address, services);
  const choices = new Map(sides.map((side) => [side, found && bestOf(side, draft, found)]));
  const agreed = await agree(wizard, choices);
  let filled = draft;
  for (const [side, choice] of choices)
    filled =
      choice === null || !agreed
        ? await askServer(wizard, filled, side)
        : withServer(filled, side, choice);
  const notes = found === null || !agreed ? [] : tellNotes(wizard, filled, found);
  return { draft: filled, notes };
}

/** Those that neither the file's defaults name nor the account does without. */
function openSides(draft: Draft): Side[] {
  const entry = whole(draft);
  return [
    ...(receives(entry) && entry.incoming?.host === undefined ? (['incoming'] as const) : []),
    ...(sends(entry) && entry.outgoing?.host === undefined ? (['outgoing'] as const) : []),
  ];
}

function bestOf(side: Side, draft: Draft, found: Discovered): FoundServer | null {
  return chooseServer(serviceOf(side, draft), found);
}

function serviceOf(side: Side, draft: Draft): Service {
  return side === 'incoming' ? incomingService(whole(draft).type) : 'smtp';
}

/** Nothing that was found is used before a person has seen where it comes from. */
async function agree(
  { questions }: Wizard,
  choices: ReadonlyMap<Side, FoundServer | null>,
): Promise<boolean> {
  const found = [...choices].filter(([, choice]) => choice !== null);
  for (const [side, choice] of choices) questions.say(foundLine(side, choice));
  if (found.length === 0) return false;
  const alien = found.some(([, choice]) => choice?.certain === false);
  const warning = alien ? ' They are outside of the domain of the address.' : '';
  const use = await questions.choose(`Use what was found?${warning}`, [
    { value: true, name: found.length === 1 ? 'Use it' : 'Use them' },
    { value: false, name: 'Enter other servers' },
  ]);
  return use;
}

function foundLine(side: Side, choice: FoundServer | null): string {
  const what = side.padEnd(8);
  if (choice === null) return `  ${what}  none was found`;
  return `  ${what}  ${printable(serverText(choice.server))} – ${printable(originText(choice))}`;
}

function tellNotes({ questions }: Wizard, draft: Draft, found: Discovered): Note[] {
  const entry = whole(draft);
  const services = [
    ...(receives(entry) ? [incomingService(entry.type)] : []),
    ...(sends(entry) ? (['smtp'] as const) : []),
  ];
  const all = notesFor(services, found);
  for (const each of all) for (const line of noteLines(each)) questions.say(`  ${line}`);
  return all.flatMap(({ notes }) => [...notes]);
}

/** What goes without saying is not written. */
function withServer(draft: Draft, side: Side, { server, username }: FoundServer): Draft {
  const { host, port, security } = server;
  const named = withValue(draft, `${side}.host`, host);
  const reached = withReach(named, side, security, port);
  const { identity, incoming } = whole(reached);
  const isUsual = username === identity?.address || incoming?.username !== undefined;
  const isLogin = side === 'incoming' || !receives(whole(reached));
  return isLogin && !isUsual ? withValue(reached, `${side}.username`, username) : reached;
}

export function withReach(
  draft: Draft,
  side: Side,
  security: 'tls' | 'starttls' | 'none',
  port: number,
): Draft {
  const otherwise = inheritedValue(draft, `${side}.security`) ?? 'tls';
  const secured = withValue(
    draft,
    `${side}.security`,
    security === otherwise ? undefined : security,
  );
  const inherited = inheritedValue(draft, `${side}.port`);
  const usual = inherited ?? usualPortOf(side, whole(secured), security);
  return withValue(secured, `${side}.port`, port === usual ? undefined : port);
}

export async function askServer(wizard: Wizard, draft: Draft, side: Side): Promise<Draft> {
  wizard.questions.say(side === 'incoming' ? 'The incoming server' : 'The outgoing server (SMTP)');
  const [host, port] = ['host', 'port'].map((key) =>
    serverFields(side).find((field) => field.key === `${side}.${key}`),
  );
  let asked = (await host?.ask(wizard, draft)) ?? draft;
  asked = await askSecurity(wizard.questions, asked, side);
  return (await port?.ask(wizard, asked)) ?? asked;
}

/** account add: fills in the servers that were not given, and says where they come from. */

import {
  certainOnly,
  chooseServer,
  incomingService,
  notesFor,
  type Choice,
} from '../../app/discovery/choose-servers.ts';
import {
  discover,
  discoverOffline,
  type Discovered,
  type DiscoverOptions,
} from '../../app/discovery/discover.ts';
import type { Config } from '../../config/read/config.ts';
import { defaultsIn } from '../../config/read/defaults.ts';
import { readConfigFile } from '../../config/read/find.ts';
import { usualPort } from '../../config/read/resolve-account.ts';
import type { Security } from '../../core/account/account.ts';
import type { Service } from '../../core/discovery/discovery.ts';
import { DataError } from '../../errors.ts';
import type { AccountFlags } from './options.ts';
import { asTyped, noteLines, originText, serverText } from './discovery-text.ts';
import { canAsk, confirm } from '../terminal/prompt.ts';
import { defined } from '../../defined.ts';
import { printable } from '../../printable.ts';
import type { Run } from '../world.ts';

type Side = 'in' | 'out';

/** What an account of this file inherits, as far as servers are concerned. */
type Inherited = ReturnType<typeof defaultsIn>;

/** The flags, with the servers that could be found; what was given or is inherited always stays. */
export async function fillServers(
  run: Run,
  config: Config,
  flags: AccountFlags,
): Promise<AccountFlags> {
  const { email, discover: wanted } = flags;
  if (wanted === false || email === undefined) return flags;
  const inherited = defaultsIn((await readConfigFile(config.path)).text);
  const sides = missingSides(flags, inherited);
  if (sides.length === 0) return flags;
  const services = servicesOf(sides, incomingService(flags.type ?? inherited.type));
  const found = await lookFor(run, email, { services, ispdb: config.settings.ispdb });
  if (found === null) return flags;
  return await fill(run, { flags, inherited, sides, services, found });
}

function missingSides(flags: AccountFlags, inherited: Inherited): Side[] {
  const receives = (flags.receive ?? inherited.receive) !== false;
  const sends = (flags.send ?? inherited.send) !== false;
  const lacksIn = receives && flags.inHost === undefined && inherited.incoming?.host === undefined;
  const lacksOut = sends && flags.outHost === undefined && inherited.outgoing?.host === undefined;
  return [...(lacksIn ? (['in'] as const) : []), ...(lacksOut ? (['out'] as const) : [])];
}

function servicesOf(sides: readonly Side[], incoming: Service): Service[] {
  return sides.map((side) => (side === 'in' ? incoming : 'smtp'));
}

/** Null for what is no address: that is told where the account is checked. */
async function lookFor(
  run: Run,
  email: string,
  options: DiscoverOptions,
): Promise<Discovered | null> {
  try {
    const offline = discoverOffline(email);
    if (offline.findings.length > 0) return offline;
    run.output.note(`looking for the servers of ${printable(email)} …`);
    return await discover(email, run.world.discovery, run.world.signal, options);
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

interface Filling {
  readonly flags: AccountFlags;
  readonly inherited: Inherited;
  readonly sides: readonly Side[];
  readonly services: readonly Service[];
  readonly found: Discovered;
}

async function fill(run: Run, filling: Filling): Promise<AccountFlags> {
  const { inherited, sides, services, found } = filling;
  let { flags } = filling;
  const choices: Choice[] = [];
  for (const [at, service] of services.entries()) {
    const side = sides[at] ?? 'in';
    const choice = await agreedServer(run, side, service, found);
    if (choice === null) continue;
    choices.push(choice);
    flags = withServer(flags, side, choice, inherited);
  }
  flags = { ...flags, ...outgoingName(filling, choices) };
  for (const each of notesFor(services, canAsk(run) ? found : certainOnly(found)))
    for (const line of noteLines(each)) run.output.note(line);
  return flags;
}

/** Where the same place has told both servers, and the outgoing one knows the person by another name. */
function outgoingName(
  { flags, inherited }: Filling,
  [incoming, outgoing]: readonly Choice[],
): Pick<AccountFlags, 'outUser'> {
  if (incoming === undefined || outgoing === undefined) return {};
  const given = [flags.user, flags.outUser, flags.outCredentials, inherited.incoming?.username];
  const { username, credentials } = inherited.outgoing ?? {};
  const isGiven = [...given, username, credentials].some((each) => each !== undefined);
  const isOnePlace = incoming.source === outgoing.source && incoming.origin === outgoing.origin;
  const isOneName = incoming.username === outgoing.username;
  return isGiven || !isOnePlace || isOneName ? {} : { outUser: outgoing.username };
}

const sideWords = { in: 'incoming', out: 'outgoing' } as const;

function tellNone(run: Run, side: Side, service: Service, found: Discovered): void {
  const other = service === 'imap' ? 'pop3' : 'imap';
  const hint =
    side === 'in' && chooseServer(other, found) !== null
      ? `There is one for ${other.toUpperCase()}: --type ${other}.`
      : `Add --${side}-host.`;
  const what = `no ${sideWords[side]} server was found for ${printable(found.address)}`;
  run.output.note(`${what}. ${hint}`);
}

/** DNS can be forged: where it leads out of the domain to a host that nobody knows, a person decides. */
async function agreedServer(
  run: Run,
  side: Side,
  service: Service,
  found: Discovered,
): Promise<Choice | null> {
  const best = chooseServer(service, found);
  if (best === null) tellNone(run, side, service, found);
  if (best === null || best.certain) return noted(run, side, best, found);
  if (canAsk(run)) {
    await confirm(
      run,
      `${line(side, best, found)}. It is outside of the domain of the address. Use it?`,
    );
    return best;
  }
  const remedy = `If it is right, add ${asOptions(side, best)}`;
  run.output.note(`${line(side, best, found)}; not used unasked. ${remedy}`);
  return noted(run, side, chooseServer(service, certainOnly(found)), found);
}

function noted(run: Run, side: Side, choice: Choice | null, found: Discovered): Choice | null {
  if (choice !== null) run.output.note(line(side, choice, found));
  return choice;
}

function line(side: Side, choice: Choice, found: Discovered): string {
  const where = `${serverText(choice.server)}: ${originText(choice)}`;
  return printable(`${sideWords[side]} server ${asTyped(where, found)}`);
}

function asOptions(side: Side, choice: Choice): string {
  const { port, security } = reach(choice, {}, undefined);
  const words = [
    `--${side}-host ${choice.server.host}`,
    ...(port === undefined ? [] : [`--${side}-port ${String(port)}`]),
    ...(security === undefined ? [] : [`--${side}-security ${security}`]),
  ];
  return words.join(' ');
}

function withServer(
  flags: AccountFlags,
  side: Side,
  choice: Choice,
  inherited: Inherited,
): AccountFlags {
  const { host } = choice.server;
  if (side === 'in') {
    const given = { port: flags.inPort, security: flags.inSecurity };
    const { port, security } = reach(choice, given, inherited.incoming);
    const more = defined({ inPort: port, inSecurity: security });
    return { ...flags, inHost: host, ...more, ...userName(flags, choice, inherited) };
  }
  const given = { port: flags.outPort, security: flags.outSecurity };
  const { port, security } = reach(choice, given, inherited.outgoing);
  const more = defined({ outPort: port, outSecurity: security });
  const alone = flags.receive === false && flags.outUser === undefined;
  const user = alone ? userName(flags, choice, inherited) : {};
  return { ...flags, outHost: host, ...more, ...user };
}

interface Reach {
  readonly port?: number | undefined;
  readonly security?: Security | undefined;
}

/** Port and security as far as they must be written: not where one was given, not where they go without saying. */
function reach({ service, server }: Choice, given: Reach, inherited: Reach | undefined): Reach {
  if (given.port !== undefined || given.security !== undefined) return {};
  const { port, security } = server;
  const isUsualPort = usualPort(service, security) === port && inherited?.port === undefined;
  const isUsualSecurity = security === 'tls' && inherited?.security === undefined;
  return {
    port: isUsualPort ? undefined : port,
    security: isUsualSecurity ? undefined : security,
  };
}

/** The whole address goes without saying. */
function userName(
  flags: AccountFlags,
  { username }: Choice,
  inherited: Inherited,
): Pick<AccountFlags, 'user'> {
  const isGiven = flags.user !== undefined || inherited.incoming?.username !== undefined;
  return isGiven || username === flags.email ? {} : { user: username };
}

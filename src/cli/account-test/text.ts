/** The result of an account's test for people: whole, layer by layer, or compact beside other work. */

import type { ServerTest } from '../../app/account-test/server-test.ts';
import type { AccountTest } from '../../app/account-test/account-test.ts';
import type { Account } from '../../core/account/account.ts';
import { oneLine, type Output } from '../terminal/output.ts';
import { labelWidth, stageLabel, stepText, type Stage } from './layers.ts';
import { roundTripLines } from './round-trip-text.ts';
import { plural } from '../terminal/text.ts';
import { wrapped } from '../terminal/wrap.ts';

/** Whole: each layer of each server. To standard output, since it is the result. */
export function printTestWhole(output: Output, account: Account, result: AccountTest): void {
  if (output.json) return;
  const { servers, roundTrip } = result;
  output.line(`${output.bold(account.name)} ${output.dim(`(${account.identity.address})`)}`);
  if (servers.length === 0) output.line('  neither receives nor sends: nothing to test');
  const said = new Set<string>();
  for (const server of servers)
    for (const line of serverLines(output, server, said)) output.line(line);
  if (roundTrip !== null) for (const line of roundTripLines(output, roundTrip)) output.line(line);
  for (const line of nextSteps(output, account, servers)) output.line(line);
}

/** The commands that do what the remedies say, where one of them does. */
function nextSteps(output: Output, account: Account, servers: readonly ServerTest[]): string[] {
  const { name, incoming, outgoing } = account;
  const failed = servers.filter(({ error }) => error !== null);
  const says = (text: string): boolean =>
    failed.some(({ diagnosis }) => diagnosis?.remedies.some((each) => each.includes(text)));
  const isKept = [incoming, outgoing].some((server) => server?.password?.kind === 'stored');
  const certificate = failed.some(({ error }) => error?.code === 'certificate');
  const commands = [
    ...(says('--') ? [`To change an option: posthorn account edit ${name} …`] : []),
    ...(says('password') && isKept ? [`A new password: posthorn account passwd ${name}`] : []),
    ...(certificate ? [`To look at the certificate: posthorn account trust ${name}`] : []),
  ];
  return commands.map((command) => `  ${output.dim(command)}`);
}

function serverLines(output: Output, server: ServerTest, said: Set<string>): string[] {
  const { direction, service, endpoint, steps, error } = server;
  const how = { tls: 'TLS', starttls: 'STARTTLS', none: 'in clear' }[endpoint.security];
  const where = `${endpoint.host}:${String(endpoint.port)}`;
  const lines = [`  ${direction.padEnd(7)}  ${where} (${service.toUpperCase()}, ${how})`];
  const now = Date.now();
  for (const step of steps) {
    const text = stepText(step, now);
    lines.push(
      ...stageLines(output, true, stageLabel(step.layer, service), shortened(output, step, text)),
    );
  }
  if (error !== null) lines.push(...failedLines(output, server, said));
  return lines;
}

/** Capabilities are many, and seldom of interest. */
function shortened(output: Output, { layer }: ServerTest['steps'][number], text: string): string {
  const room = (output.isTerminal ? output.columns : 80) - indent(output);
  if (layer !== 'capabilities' || output.verbose || text.length <= room) return text;
  return `${text.slice(0, room - 3).replace(/,[^,]*$/, '')}, …`;
}

function failedLines(output: Output, server: ServerTest, said: Set<string>): string[] {
  const { service, error, failedAt } = server;
  const stage: Stage = failedAt ?? 'secret';
  const lines = stageLines(output, false, stageLabel(stage, service), error?.message ?? '');
  const more = diagnosisLines(output, server, 6, said);
  const detail = output.verbose && error?.detail !== undefined ? [`      ${error.detail}`] : [];
  return [...lines, ...detail, ...more];
}

/** What was tried, the causes, and what to do, each a short list. Both servers often fail alike: nothing is `said` twice. */
function diagnosisLines(
  output: Output,
  { diagnosis }: ServerTest,
  indentation: number,
  said: Set<string>,
): string[] {
  if (diagnosis === null) return [];
  const columns = widthOf(output);
  const left = ' '.repeat(indentation);
  const list = (heading: string, items: readonly string[]): string[] => {
    const news = items.filter((item) => !said.has(item));
    for (const item of news) said.add(item);
    if (items.length === 0) return [];
    const known = news.length < items.length ? ' as above' : '';
    const lines = news.flatMap((item) =>
      wrapped(item, { first: `${left}  - `, more: `${left}    `, columns }),
    );
    return [
      `${left}${heading}:${known}${known !== '' && news.length > 0 ? ', and' : ''}`,
      ...lines,
    ];
  };
  return [
    ...wrapped(diagnosis.tried, { first: `${left}tried: `, more: `${left}  `, columns }),
    ...list('likely causes', diagnosis.causes),
    ...list('what to do', diagnosis.remedies),
  ];
}

function stageLines(output: Output, isGood: boolean, label: string, text: string): string[] {
  const first = `    ${output.mark(isGood)} ${label.padEnd(labelWidth)} `;
  const more = ' '.repeat(indent(output));
  return wrapped(text, { first, more, columns: widthOf(output), firstWidth: more.length });
}

function indent(output: Output): number {
  return 4 + output.markWidth + 1 + labelWidth + 1;
}

/** In a pipe every item stays on its line, so that it can be searched for. */
function widthOf(output: Output): number {
  return output.isTerminal ? output.columns : Infinity;
}

/** Compact: one line for a server that is good, causes and remedies below the line of one that is not. */
export function printTest(output: Output, { account, servers }: AccountTest): void {
  if (output.json) return;
  if (servers.length === 0) output.say(`${account}: neither receives nor sends, nothing to test`);
  const said = new Set<string>();
  for (const server of servers) {
    const line = `${account}: ${compactLine(output, server)}`;
    const lines = wrapped(line, { first: '', more: '  ', columns: widthOf(output) });
    for (const each of lines) output.line(each);
    for (const line of diagnosisLines(output, server, 2, said)) output.line(line);
  }
}

function compactLine(output: Output, server: ServerTest): string {
  const { direction, endpoint, facts, folders, messages, error, failedAt } = server;
  const where = `${direction} ${endpoint.host}:${String(endpoint.port)}`;
  if (error !== null) {
    const layer = failedAt === null ? '' : ` at ${failedAt}`;
    const { message, code } = error;
    const what = oneLine({ account: undefined, message, remedy: undefined, code });
    return `${where} ${output.bad(`failed${layer}`)}: ${what}`;
  }
  const secured = facts?.tls ?? 'in clear';
  const counts = [
    ...(folders === null ? [] : [plural(folders, 'folder')]),
    ...(messages === null ? [] : [plural(messages, 'message')]),
  ];
  const seen = counts.map((count) => `, ${count}`).join('');
  return `${where} ${output.good('good')}: ${secured}, logged in by ${facts?.mechanism ?? 'nothing'}${seen}`;
}

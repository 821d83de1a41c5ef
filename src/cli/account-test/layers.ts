/** The layers of a connection in the words of `account test`: what each came to, and which comes next. */

import type { ServerTest } from '../../app/account-test/server-test.ts';
import type { ConnectionStep, TlsStep } from '../../core/diagnosis/connection-step.ts';
import { plural } from '../terminal/text.ts';

type Service = ServerTest['service'];

/** `secret`: what comes before the network. */
export type Stage = ConnectionStep['layer'] | 'secret';

export function stageLabel(stage: Stage, service: Service): string {
  switch (stage) {
    case 'secret':
      return 'password';
    case 'resolve':
      return 'DNS';
    case 'connect':
      return 'TCP';
    case 'tls':
      return 'TLS';
    case 'session':
      return { imap: 'folders', pop3: 'messages', smtp: 'sender' }[service];
    default:
      return stage;
  }
}

/** As long as the longest, `capabilities`. */
export const labelWidth = 12;

export function stepText(step: ConnectionStep, now: number): string {
  switch (step.layer) {
    case 'resolve':
      return step.addresses.join(', ');
    case 'connect':
      return step.address.includes(':')
        ? `[${step.address}]:${String(step.port)}`
        : `${step.address}:${String(step.port)}`;
    case 'tls':
      return tlsText(step, now);
    case 'greeting':
      return step.text === '' ? 'without a word' : step.text;
    case 'capabilities':
      return step.names.length === 0 ? 'none told' : step.names.join(', ');
    case 'login':
      return step.mechanism === 'none' ? 'none asked for' : `by ${step.mechanism}`;
    case 'session':
      return step.found === 'sender'
        ? `${step.address} may send`
        : plural(step.count, step.found.slice(0, -1));
  }
}

const day = 86_400_000;
/** Certificates of ninety days are renewed a month before their end; one that has less left may have been forgotten. */
const soonDays = 14;

function tlsText({ version, names, issuer, validTo, pinned }: TlsStep, now: number): string {
  const few = names.length > 3 ? [...names.slice(0, 3), '…'] : names;
  const left = validTo === null ? NaN : Math.floor((Date.parse(validTo) - now) / day);
  const soon = left < soonDays ? ` (${plural(Math.max(left, 0), 'day')} left)` : '';
  const until = validTo === null ? '' : `, valid until ${validTo.slice(0, 10)}${soon}`;
  const trust = pinned ? ', pinned' : '';
  return `${version}, certificate for ${few.join(', ')}, by ${issuer}${until}${trust}`;
}

/** The one that is under way after these; null: all is done. */
export function stageAfter(
  done: ReadonlySet<Stage>,
  security: ServerTest['endpoint']['security'],
): Stage | null {
  return order[security].find((stage) => !done.has(stage)) ?? null;
}

const rest = ['capabilities', 'login', 'session'] as const;

const order: Readonly<Record<ServerTest['endpoint']['security'], readonly Stage[]>> = {
  tls: ['connect', 'tls', 'greeting', ...rest],
  starttls: ['connect', 'greeting', 'tls', ...rest],
  none: ['connect', 'greeting', ...rest],
};

/** What became of the message that an account sent to itself, for people. */

import type { RoundTrip } from '../../app/account-test/account-test.ts';
import { oneLine, type Output } from '../terminal/output.ts';
import { printable } from '../../printable.ts';
import { wrapped } from '../terminal/wrap.ts';

export function roundTripLines(output: Output, trip: RoundTrip): string[] {
  const columns = output.isTerminal ? output.columns : Infinity;
  const more = ' '.repeat(4 + output.markWidth + 1);
  const isGood = trip.result === 'arrived' || trip.result === 'sent';
  const first = trip.result === 'skipped' ? '    ' : `    ${output.mark(isGood)} `;
  const firstWidth = trip.result === 'skipped' ? first.length : more.length;
  return ['  message', ...wrapped(textOf(trip), { first, more, columns, firstWidth })];
}

function textOf(trip: RoundTrip): string {
  switch (trip.result) {
    case 'arrived':
      return arrivedText(trip);
    case 'sent':
      return `sent to ${trip.address}; this account does not receive, so look there whether it came in`;
    case 'skipped':
      return trip.why === 'does-not-send'
        ? 'none was sent: this account does not send'
        : 'none was sent, since the test failed';
    case 'missing':
    case 'refused':
      return oneLine({ ...whatWentWrong(trip.error), account: undefined });
  }
}

function whatWentWrong({ message, remedy, code }: Extract<RoundTrip, { error: unknown }>['error']) {
  return { message, remedy, code };
}

function arrivedText(trip: Extract<RoundTrip, { result: 'arrived' }>): string {
  const seconds = (trip.afterMs / 1000).toFixed(trip.afterMs < 10_000 ? 1 : 0);
  const came = `sent, and come in after ${seconds} s`;
  const folder = printable(trip.folder);
  return trip.isSpam
    ? `${came}, but as spam (in ${folder}): mark it as no spam there, or ask the provider why`
    : `${came}, in ${folder}`;
}

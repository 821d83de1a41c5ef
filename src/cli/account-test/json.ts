/** The result of an account's test as plain data, and the exit statuses that it earns. */

import { errorJson } from '../../app/sync/report-json.ts';
import type { RoundTrip } from '../../app/account-test/account-test.ts';
import type { AccountTest } from '../../app/account-test/account-test.ts';

export function failures({ servers, roundTrip }: AccountTest) {
  const trip = roundTrip !== null && 'error' in roundTrip ? [roundTrip.error] : [];
  return [...servers.flatMap(({ error }) => error ?? []), ...trip].map(
    ({ exitStatus }) => exitStatus,
  );
}

export function testJson({ account, servers, roundTrip }: AccountTest) {
  return {
    account,
    servers: servers.map(({ error, ...rest }) => ({
      ...rest,
      error: error === null ? null : errorJson(error),
    })),
    roundTrip: roundTrip === null ? null : roundTripJson(roundTrip),
  };
}

function roundTripJson(trip: RoundTrip) {
  return 'error' in trip ? { ...trip, error: errorJson(trip.error) } : trip;
}

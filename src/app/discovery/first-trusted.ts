/** Waits for servers that are tried side by side, and no longer than it takes to know which is best. */

import {
  isBestKnown,
  type Candidate,
  type Finding,
  type Place,
  type Service,
} from '../../core/discovery/discovery.ts';

export interface Attempt {
  readonly candidate: Candidate;
  /** Never rejects: what failed says so. */
  readonly outcome: Promise<Finding>;
}

/** What one place names; it never rejects. */
export type Search = Promise<readonly Attempt[]>;

/**
 * All that was found once each service is settled – nothing that still runs could change the choice – or every search is at
 * its end. `searches`: the most trusted first. What was not tried to the end by then is not among it.
 */
export async function firstTrusted(
  searches: readonly Search[],
  services: readonly Service[],
): Promise<Finding[]> {
  const places: Place[] = searches.map(() => 'open');
  await new Promise<void>((resolve) => {
    const heard = (): void => {
      if (services.every((each) => isBestKnown(each, places))) resolve();
    };
    const all = searches.map((search, at) => watch(search, at, places, heard));
    void Promise.all(all).then(() => {
      resolve();
    });
  });
  return places.flatMap((place) => (place === 'open' ? [] : place.filter((each) => isTried(each))));
}

async function watch(
  search: Search,
  at: number,
  places: Place[],
  heard: () => void,
): Promise<void> {
  const attempts = await search;
  const place: (Candidate | Finding)[] = attempts.map(({ candidate }) => candidate);
  places[at] = place;
  heard();
  const tried = attempts.map(async ({ outcome }, index) => {
    place[index] = await outcome;
    heard();
  });
  await Promise.all(tried);
}

function isTried(each: Candidate | Finding): each is Finding {
  return 'state' in each;
}

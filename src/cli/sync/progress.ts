/** What is seen of a sync while it runs: one line rewritten in place on a terminal, or events for a script. */

import { doneOf, expectedOf, type FolderReport } from '../../app/sync/report.ts';
import { progressJson, type ProgressJson } from '../../app/sync/report-json.ts';
import type { Output, Streams } from '../terminal/output.ts';
import { Pace } from './pace.ts';
import { progressText, type Part, type Standing } from './progress-text.ts';

/** Told of each durable point; whoever began it ends it. */
export interface Watching {
  show(account: string, report: FolderReport): void;
  end(): void;
}

type ProgressWorld = Pick<Streams, 'stderr' | 'env'>;

/** Nothing where nobody looks, and with --quiet; a terminal that cannot clear a line, or does not know its width, shows none. */
export function watchSync(output: Output, world: ProgressWorld, asEvents: boolean): Watching {
  if (asEvents) return eventsOf(output);
  const { stderr, env } = world;
  const canRewrite = stderr.isTTY && stderr.columns > 0 && env['TERM'] !== 'dumb';
  if (!canRewrite || output.quiet || output.json) return unseen;
  return new ProgressLine(stderr, Date.now);
}

const unseen: Watching = { show: () => undefined, end: () => undefined };

function eventsOf(output: Output): Watching {
  return {
    show: (account, report) => {
      output.event('progress', { ...progressJson(account, report) } satisfies ProgressJson);
    },
    end: () => undefined,
  };
}

/** The reports are filled while it looks: between two durable points it shows what arrives. */
const lookEveryMs = 500;
const leastMs = 100;

export class ProgressLine implements Watching {
  readonly #stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Set<FolderReport>>();
  readonly #pace = new Pace();
  readonly #timer: NodeJS.Timeout;
  #last: { readonly account: string; readonly report: FolderReport } | null = null;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #drawn = '';

  constructor(stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>, now: () => number) {
    this.#stream = stream;
    this.#now = now;
    this.#timer = setInterval(() => {
      this.#draw();
    }, lookEveryMs);
    this.#timer.unref();
  }

  show(account: string, report: FolderReport): void {
    const reports = this.#accounts.get(account) ?? new Set();
    this.#accounts.set(account, reports.add(report));
    const { arriving } = report.ahead;
    // At the beginning each folder says what it has ahead: the one that moves is shown.
    if (this.#last === null || doneOf(report) + arriving > 0) this.#last = { account, report };
    if (this.#now() - this.#drawnAt >= leastMs) this.#draw();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#drawn !== '') this.#stream.write('\r\u001b[K');
    this.#drawn = '';
  }

  #draw(): void {
    if (this.#last === null) return;
    this.#drawnAt = this.#now();
    const text = progressText(this.#standing(this.#last), this.#stream.columns - 1);
    if (text === this.#drawn) return;
    this.#drawn = text;
    this.#stream.write(`\r\u001b[K${text}`);
  }

  #standing({ account, report }: { account: string; report: FolderReport }): Standing {
    const reports = [...this.#accounts.values()].flatMap((each) => [...each]);
    const inAll = sumOf(reports);
    this.#pace.add(this.#now(), inAll.done);
    return {
      ...{ accounts: this.#accounts.size, account, folder: report.path },
      ...{ inFolder: partOf(report), inAll: reports.length > 1 ? inAll : null },
      octets: reports.reduce((sum, each) => sum + octetsOf(each), 0),
      perSecond: this.#pace.perSecond,
    };
  }
}

function partOf(report: FolderReport): Part {
  return { done: doneOf(report) + report.ahead.arriving, expected: expectedOf(report) };
}

function sumOf(reports: readonly FolderReport[]): Part {
  const parts = reports.map(partOf);
  return {
    done: parts.reduce((sum, { done }) => sum + done, 0),
    expected: parts.reduce((sum, { done, expected }) => sum + Math.max(done, expected), 0),
  };
}

function octetsOf({ octets, octetsUp, ahead }: FolderReport): number {
  return octets + octetsUp + ahead.octetsArriving;
}

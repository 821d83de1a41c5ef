/** Folders of a sync that another process does: what it tells of them, as reports that are filled as it goes. */

import type { ProgressJson } from '../../app/sync/report-json.ts';
import { emptyFolderReport, type FolderReport } from '../../app/sync/report.ts';

export class ToldFolders {
  readonly #reports = new Map<string, FolderReport>();

  take({ account, folder, expected, done, octets, octetsUp }: ProgressJson): {
    readonly account: string;
    readonly report: FolderReport;
  } {
    const key = JSON.stringify([account, folder]);
    const report = this.#reports.get(key) ?? emptyFolderReport(folder);
    this.#reports.set(key, report);
    // Which of the counts it was is no matter to who looks on.
    Object.assign(report, { fetched: done, octets, octetsUp });
    report.ahead.toFetch = expected;
    return { account, report };
  }
}

/** What imapflow could not read of the server's answers. */

/**
 * imapflow drops a line that it cannot read and goes on as if the server had not sent it, and only its log knows. This is
 * that log: it counts those lines and keeps no word of it.
 */
export class UnparsedLines {
  count = 0;

  isLevelEnabled(level: string): boolean {
    return level === 'error';
  }

  error(entry: { src?: string; err?: unknown }): void {
    if (entry.src === 's' && entry.err !== undefined) this.count += 1;
  }

  debug(): void {}
  info(): void {}
  warn(): void {}
  fatal(): void {}
}

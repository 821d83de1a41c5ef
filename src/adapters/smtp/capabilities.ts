/** What the server said it can do, from its answer to EHLO (RFC 5321 4.1.1.1). */

export interface SmtpCapabilities {
  /** The lines of the answer without their code, the greeting left out. */
  readonly lines: readonly string[];
  /** Keywords in upper case. */
  readonly keywords: ReadonlySet<string>;
  /** SASL mechanisms in upper case (RFC 4954 section 4). */
  readonly mechanisms: ReadonlySet<string>;
  /** Largest message in octets; null where there is none or it is not told (RFC 1870 section 4). */
  readonly maxSize: number | null;
}

/** An answer to HELO has one line, and so no capability. */
export function parseCapabilities(reply: string): SmtpCapabilities {
  const lines = reply
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.replace(/^\d{3}[ -]?/, '').trim())
    .filter((line) => line !== '');
  const words = lines.map((line) => line.toUpperCase().split(/[\s=]+/));
  return {
    lines,
    keywords: new Set(words.map(([keyword = '']) => keyword)),
    // `AUTH=LOGIN` is how servers wrote it before RFC 2554; some still do, beside the right line.
    mechanisms: new Set(
      words.filter(([keyword]) => keyword === 'AUTH').flatMap((each) => each.slice(1)),
    ),
    maxSize: sizeOf(words.find(([keyword]) => keyword === 'SIZE')),
  };
}

function sizeOf(words: readonly string[] | undefined): number | null {
  const size = Number(words?.[1]);
  return Number.isSafeInteger(size) && size > 0 ? size : null;
}

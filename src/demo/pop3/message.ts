/** Messages as POP3 carries them: dot-stuffed, ended by a dot, and TOP's beginning of them. */

const crlf = Buffer.from('\r\n');

/**
 * What a POP3 client gets for these octets: POP3 knows whole lines alone, so a last line without an end gets one
 * (RFC 1939 section 3). An empty message stays empty; all else is untouched.
 */
export function pop3Octets(raw: Buffer): Buffer {
  const whole = raw.length === 0 || raw.subarray(-2).equals(crlf);
  return whole ? raw : Buffer.concat([raw, crlf]);
}

/** Whole lines, byte-stuffed and with the final dot. A line starts after CRLF, not after a bare LF. */
export function stuffed(lines: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const at of dottedLines(lines)) {
    parts.push(lines.subarray(from, at), Buffer.from('.'));
    from = at;
  }
  return Buffer.concat([...parts, lines.subarray(from), Buffer.from('.\r\n')]);
}

function* dottedLines(lines: Buffer): Generator<number> {
  if (lines[0] === 0x2e) yield 0;
  for (let at = lines.indexOf('\r\n.'); at >= 0; at = lines.indexOf('\r\n.', at + 2)) yield at + 2;
}

/** The header, the empty line and the first `count` lines of the body. */
export function top(lines: Buffer, count: number): Buffer {
  const separator = lines.subarray(0, 2).equals(crlf) ? 0 : lines.indexOf('\r\n\r\n');
  if (separator < 0) return lines;
  let end = separator === 0 ? 2 : separator + 4;
  for (let line = 0; line < count && end < lines.length; line += 1) {
    end = lines.indexOf(crlf, end) + 2;
  }
  return lines.subarray(0, end);
}

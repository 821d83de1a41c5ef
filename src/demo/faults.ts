/** Faults on purpose: what a test makes a demo server do instead of answering well. */

/** What becomes of one response: these octets instead, these as the connection's last, silence, or a closed connection. */
export type Verdict = Buffer | { last: Buffer } | 'stall' | 'close';

/**
 * Asked before each response is written. `command` is the client's: IMAP `UID FETCH`, POP3 `RETR 3` (arguments of
 * logins left out), `''` for the greeting. `payload` is one whole response, its literal or its final dot included.
 */
export type OnResponse = (command: string, payload: Buffer) => Verdict | Promise<Verdict>;

/** Never answers the command (again), the connection stays open. */
export function stallAt(command: string): OnResponse {
  return (asked, payload) => (asked === command ? 'stall' : payload);
}

/** Closes instead of answering the command. */
export function closeAt(command: string): OnResponse {
  return (asked, payload) => (asked === command ? 'close' : payload);
}

/** Answers the command with `text` (CRLF included) instead. */
export function answerAt(command: string, text: string): OnResponse {
  return (asked, payload) => (asked === command ? Buffer.from(text) : payload);
}

/** Writes this many octets of the answer to the command, then closes. */
export function cutAt(command: string, octets: number): OnResponse {
  return (asked, payload) => (asked === command ? { last: payload.subarray(0, octets) } : payload);
}

/** Closes once this many octets were written to whichever connections, in the middle of whatever it is. Works once. */
export function cutAfterBytes(octets: number): OnResponse {
  let left = octets;
  return (_command, payload) => {
    if (left < 0 || payload.length <= left) {
      left -= left < 0 ? 0 : payload.length;
      return payload;
    }
    const last = payload.subarray(0, left);
    left = -1;
    return { last };
  };
}

/** Leaves out the last octets of each literal, while its announced length stays (RFC 3501 section 4.3). */
export function shortLiterals(missing: number): OnResponse {
  return (_command, payload) => {
    const head = /\{(\d+)\}\r\n/.exec(payload.toString('latin1'));
    if (head === null) return payload;
    const end = head.index + head[0].length + Number(head[1]);
    return Buffer.concat([payload.subarray(0, end - missing), payload.subarray(end)]);
  };
}

/** A POP3 answer whose final dot never comes: the message, then a closed connection (RFC 1939 section 3). */
export function withoutFinalDot(command: string): OnResponse {
  return (asked, payload) =>
    asked === command ? { last: payload.subarray(0, payload.length - '.\r\n'.length) } : payload;
}

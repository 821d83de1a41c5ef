/** How servers say in words that it is not now: one list for IMAP, POP3 and SMTP, since the same words come by all three. */

/**
 * What providers were seen to say where no response code tells: busy, locked, throttled, over a limit that passes by itself.
 * A refusal with such words says nothing about the password, and must never lead to a suspension.
 */
const words: readonly RegExp[] = [
  /temporar/i,
  /try (?:again|later|in \d)|later\b.{0,20}\btry|retry/i,
  /too (?:many|frequent|often)|rate.?limit|rate .{0,12}exceed|slow down|throttl|back.?off/i,
  /maximum (?:number|connections)|limit (?:for|of|reached|exceeded)|exceeded the .{0,30}limit|(?:login|connection|session|quota|bandwidth)s? limit/i,
  /unavailable|not available|overload|\bbusy\b|server error|internal error|system error|maintenance|out of service/i,
  /(?:maildrop|mailbox|mail ?box|account)\b.{0,40}\block(?:ed)?\b(?!.{0,40}admin)|already locked|\bin use\b|being accessed|another .{0,12}session/i,
  /could ?n[o']?t connect|cannot connect|timed? ?out|try connecting/i,
];

/** Whether the server's words mean: not now. Only to be asked where no code says otherwise. */
export function saysNotNow(text: string): boolean {
  return words.some((pattern) => pattern.test(text));
}

/** `Suggested Backoff Time: 298931 Milliseconds`: Exchange says how long it wants to be left alone. */
const suggestedPause = /suggested back.?off time:?\s*(\d{1,9})\s*(milliseconds|ms|seconds|s)?\b/i;

/** Nobody means more: a server that says a year would stop an account for good. */
const longestPauseMs = 24 * 3_600_000;

/** Limits of the whole account or of the connection: whatever is asked for next is refused as well. */
const ofAccount: readonly RegExp[] = [
  /\b(?:command|bandwidth|rate|request)s?\b.{0,20}\b(?:exceed|limit)/i,
  /\bexceed\w*\b.{0,20}\b(?:command|bandwidth|rate|request)/i,
  /too many (?:\w+ )?(?:connections|commands|requests|sessions|logins)|throttl/i,
];

/** Whether words that mean “not now” mean it for all that the account may ask. */
export function saysAccountLimit(text: string): boolean {
  return ofAccount.some((pattern) => pattern.test(text));
}

/** The pause that the server asks for, in milliseconds; null where it names none. No more than a day. */
export function suggestedPauseMs(text: string): number | null {
  const [, digits, unit = 'milliseconds'] = suggestedPause.exec(text) ?? [];
  if (digits === undefined) return null;
  const pauseMs = Number(digits) * (unit.toLowerCase().startsWith('s') ? 1000 : 1);
  return Math.min(pauseMs, longestPauseMs);
}

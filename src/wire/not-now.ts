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

/** The pause that the server asks for, in milliseconds; null where it names none. */
export function suggestedPauseMs(text: string): number | null {
  const [, digits, unit = 'milliseconds'] = suggestedPause.exec(text) ?? [];
  if (digits === undefined) return null;
  return Number(digits) * (unit.toLowerCase().startsWith('s') ? 1000 : 1);
}

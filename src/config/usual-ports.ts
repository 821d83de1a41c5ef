/** The ports that go without saying, by protocol and security (RFC 8314, section 7; RFC 3501, RFC 1939, RFC 5321). */
import type { Security } from '../core/account.ts';

export const usualPorts: Readonly<
  Record<'imap' | 'pop3' | 'smtp', Readonly<Record<Security, number>>>
> = {
  imap: { tls: 993, starttls: 143, none: 143 },
  pop3: { tls: 995, starttls: 110, none: 110 },
  smtp: { tls: 465, starttls: 587, none: 25 },
};

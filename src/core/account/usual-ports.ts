/** Where the servers of an account usually listen. */

import type { Security } from './account.ts';
import type { Service } from '../discovery/discovery.ts';

/** RFC 8314, section 7.3; RFC 6409, section 3.1; in clear SMTP is spoken between servers. */
export const usualPorts: Readonly<Record<Service, Readonly<Record<Security, number>>>> = {
  imap: { tls: 993, starttls: 143, none: 143 },
  pop3: { tls: 995, starttls: 110, none: 110 },
  smtp: { tls: 465, starttls: 587, none: 25 },
};

/** `IMAP has 993 (tls) or 143 (starttls)` */
export function usualPortsOf(service: Service): string {
  const { tls, starttls } = usualPorts[service];
  return `${service.toUpperCase()} has ${String(tls)} (tls) or ${String(starttls)} (starttls)`;
}

/** Where the configurations of Dovecot's versions differ. */
import type { Certificate } from './authority.ts';
import type { DovecotPlace, MailFormat } from './dovecot-settings.ts';

/** Lines of dovecot.conf, and words of lines. */
export interface DovecotDialect {
  head: readonly string[];
  /** Services that have to be told to stay out of a chroot where we are not root. */
  chrooted: readonly string[];
  /** A process serves any number of requests. */
  manyRequests: string;
  uidl: Readonly<Record<'uid' | 'guid', string>>;
  certificate(certificate: Certificate): readonly string[];
  passwords(place: DovecotPlace): readonly string[];
  mailLocation(format: MailFormat): readonly string[];
}

/** A passwd-file for each user (a common one is read again only once a second), and each one's home. */
export function placesOf(folder: string, user: string): { passwords: string; home: string } {
  return { passwords: `${folder}/users/${user}`, home: `${folder}/mail/${user}` };
}

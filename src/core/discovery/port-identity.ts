/** What answers at a port, as its first words give it away, and whether that is what the account expects there. */

import type { Security } from '../account/account.ts';
import type { Service } from './discovery.ts';
import { usualPorts, usualPortsOf } from '../account/usual-ports.ts';

/** `tls`: encrypted, and nothing more is known of it. `other`: words that are of none of these. */
export type PortProtocol = Service | 'http' | 'ssh' | 'ftp' | 'tls' | 'other';

export interface PortIdentity {
  readonly protocol: PortProtocol;
  /** It speaks so only under TLS from the first octet. */
  readonly encrypted: boolean;
  /** Its first line, fit to be shown; empty where it said nothing in words. */
  readonly text: string;
}

export interface Expected {
  readonly service: Service;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
}

export interface Misfit {
  /** `imap.example.org:8080 is a web server (HTTP)` */
  readonly message: string;
  readonly remedy: string;
}

/** Null where it is what was expected, or where nothing can be said. */
export function misfitOf(expected: Expected, found: PortIdentity): Misfit | null {
  const { protocol, encrypted, text } = found;
  const place = `${expected.host}:${String(expected.port)}`;
  const checkPort = `Check the port (${option(expected, 'port')}): ${usualPortsOf(expected.service)}.`;
  switch (protocol) {
    case 'http':
      return {
        message: `${place} is a web server (${encrypted ? 'HTTPS' : 'HTTP'})`,
        remedy: checkPort,
      };
    case 'ssh':
    case 'ftp':
      return { message: `${place} is an ${protocol.toUpperCase()} server`, remedy: checkPort };
    case 'tls':
      return expected.security === 'tls' ? null : encryptedAtOnce(expected, place);
    case 'other':
      return { message: `${place} is no mail server: it says “${text}”`, remedy: checkPort };
    case 'imap':
    case 'pop3':
    case 'smtp':
      return protocol === expected.service
        ? otherSecurity(expected, place, encrypted)
        : otherMail(expected, place, protocol);
  }
}

/** Of `account add` and `account edit`. */
function option({ service }: Expected, name: string): string {
  return `--${service === 'smtp' ? 'out' : 'in'}-${name}`;
}

function encryptedAtOnce(expected: Expected, place: string): Misfit {
  return {
    message: `${place} speaks TLS from the first octet`,
    remedy: `Set the security to \`tls\`: ${option(expected, 'security')} tls`,
  };
}

function otherSecurity(expected: Expected, place: string, encrypted: boolean): Misfit | null {
  const { service, security } = expected;
  if (encrypted && security !== 'tls') return encryptedAtOnce(expected, place);
  if (encrypted || security !== 'tls') return null;
  return {
    message: `${place} speaks ${service.toUpperCase()} in clear at first, not TLS`,
    remedy: `Set the security to \`starttls\` (${option(expected, 'security')} starttls), or the port to that of TLS, ${String(usualPorts[service].tls)}.`,
  };
}

function otherMail(expected: Expected, place: string, found: Service): Misfit {
  const { service } = expected;
  const [is, wanted] = [found.toUpperCase(), service.toUpperCase()];
  const article = found === 'imap' ? 'an' : 'a';
  const other =
    found !== 'smtp' && service !== 'smtp' ? `, or fetch by ${is}: --type ${found}` : '';
  return {
    message: `${place} is ${article} ${is} server, and ${wanted} was expected`,
    remedy: `Check the port (${option(expected, 'port')}): ${usualPortsOf(service)}${other}.`,
  };
}

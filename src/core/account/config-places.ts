/** Where the files of mail servers are: at the domain itself, and in a public collection. */

import { usernameFor, type DiscoverySource } from '../discovery/discovery.ts';

export interface FilePlace {
  readonly url: string;
  readonly source: DiscoverySource;
  /** The name to tell people. */
  readonly origin: string;
}

export interface OwnFile {
  readonly secure: FilePlace;
  /** The same in clear, where the secure one is missing; nobody's address is told there. */
  readonly inClear: FilePlace;
}

/** The domain's own files; its web server at `autoconfig.DOMAIN` learns the address, to answer for this one mailbox. */
export function ownFiles(address: string, domain: string): OwnFile[] {
  const named = `autoconfig.${domain}/mail/config-v1.1.xml`;
  const wellKnown = `${domain}/.well-known/autoconfig/mail/config-v1.1.xml`;
  const query = `?emailaddress=${encodeURIComponent(usernameFor(address, 'address'))}`;
  return [
    ownFile(`autoconfig.${domain}`, `${named}${query}`, named),
    ownFile(domain, wellKnown, wellKnown),
  ];
}

function ownFile(origin: string, secure: string, inClear: string): OwnFile {
  return {
    secure: { url: `https://${secure}`, source: 'autoconfig', origin },
    inClear: { url: `http://${inClear}`, source: 'autoconfig-http', origin },
  };
}

/** `collection`: an address to which a domain is added; it learns the domain alone. */
export function collectedFile(collection: string, domain: string): FilePlace {
  const base = collection.replace(/\/+$/, '');
  return { url: `${base}/${domain}`, source: 'ispdb', origin: new URL(base).host };
}

/** Domains that an exchanger may belong to: its last three names and its last two, for there are `net` and `co.uk`. */
export function domainsOfExchanger(exchanger: string, domain: string): string[] {
  const names = exchanger.split('.');
  const ends = [3, 2].flatMap((count) =>
    names.length >= count ? [names.slice(-count).join('.')] : [],
  );
  return [...new Set(ends)].filter((each) => each !== domain);
}

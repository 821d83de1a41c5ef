/** Host names and IP addresses as a person writes them for a server. */

const label = /^[\p{L}\p{N}_](?:[\p{L}\p{N}\p{M}_-]{0,61}[\p{L}\p{N}\p{M}_])?$/u;

/** A host name (RFC 1123, underscores and Unicode labels tolerated), an IPv4 address, or an IPv6 address, brackets allowed. */
export function isHost(text: string): boolean {
  if (text.includes(':')) return isIpv6(text);
  const labels = text.replace(/\.$/, '').split('.');
  // A last label of digits alone makes it an address (RFC 1123, section 2.1).
  if (/^[0-9]+$/.test(labels.at(-1) ?? '')) return isIpv4(labels);
  return text.length <= 253 && labels.every((each) => label.test(each));
}

function isIpv4(parts: readonly string[]): boolean {
  return (
    parts.length === 4 &&
    parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)
  );
}

function isIpv6(text: string): boolean {
  const address = text.replace(/^\[(.*)\]$/, '$1').replace(/%[\w.-]+$/, '');
  return /^[0-9a-fA-F:.]+$/.test(address) && URL.canParse(`http://[${address}]/`);
}

/** The form to connect to: no brackets, no final dot, Unicode labels as punycode. */
export function connectableHost(host: string): string {
  if (host.includes(':')) return host.replace(/^\[(.*)\]$/, '$1');
  const bare = host.replace(/\.$/, '');
  if (!/[^ -~]/.test(bare) || !URL.canParse(`http://${bare}/`)) return bare;
  return new URL(`http://${bare}/`).hostname;
}

/** Whether what is sent there stays on this machine: localhost (RFC 6761, section 6.3), 127.0.0.0/8, ::1. */
export function isLoopbackHost(host: string): boolean {
  const name = connectableHost(host).toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (name.includes(':'))
    return URL.canParse(`http://[${name}]/`) && new URL(`http://[${name}]/`).hostname === '[::1]';
  return name.startsWith('127.') && isIpv4(name.split('.'));
}

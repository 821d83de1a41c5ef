/** What stands here for a message that is larger than the account wants: its header, and a text that says so. */

/** Fields that tell of a body that is not here (RFC 2045), and the subject, which is told anew. */
const replaced = /^(?:content-[^:]*|mime-version|subject)[ \t]*:/i;
const subject = /^subject[ \t]*:[ \t]*/i;

/**
 * In the wire's form, an octet a character, as the header is: to its empty line and with it, or without. The same of the same
 * message in every run. `size`: octets of the whole.
 */
export function placeholder(header: string, size: number): string {
  const fields = fieldsOf(header);
  const told = fields.find((field) => subject.test(field))?.replace(subject, '') ?? '(no subject)';
  return [
    ...fields.filter((field) => !replaced.test(field)),
    `Subject: [placeholder, ${megabytes(size)}] ${told}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    'X-Posthorn-Placeholder: yes',
    '',
    `This is a placeholder. The message has ${String(size)} octets, more than the`,
    'setting sync.maxSize allows here. It lies whole on the server.',
    '',
  ].join('\r\n');
}

/** Folded ones whole, without their last line end. What is no field, and would end the header for readers, is left out. */
function fieldsOf(header: string): string[] {
  const fields: string[] = [];
  for (const line of header.split(/\r?\n/)) {
    if (line === '') break;
    if (/^[ \t]/.test(line) && fields.length > 0) fields.push(`${fields.pop() ?? ''}\r\n${line}`);
    else if (/^[!-9;-~]+[ \t]*:/.test(line)) fields.push(line);
  }
  return fields;
}

function megabytes(size: number): string {
  return `${(size / 1_048_576).toFixed(1)} MB`;
}

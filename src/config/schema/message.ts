/** What goes out with every message of an account: its signature or template, and its e-mail certificate. */
import type * as z from 'zod';
import { section } from './section.ts';
import * as value from './values.ts';

/** More is a template, or a mistake. */
export const longestSignature = 10_000;

export const signature = section(
  {
    file: value.path('A text file (UTF-8) with the signature.').optional(),
    text: value
      .lines(longestSignature, 'The signature itself, of one line or several; instead of file.')
      .optional(),
    onReply: value.flag('Also under replies and forwarded messages. Default: false.').optional(),
  },
  'Plain text under new messages: file or text, one of the two.',
).superRefine(({ file, text }, { addIssue }) => {
  if (file !== undefined && text !== undefined)
    addIssue({ code: 'custom', message: 'has both `file` and `text`: give one of the two' });
});

export const template = value.path(
  'A text file (UTF-8) that new messages start from; instead of a signature.',
);

export const certificate = section(
  {
    file: value
      .path('PEM file with certificate and private key, or a PKCS#12 file (.p12, .pfx).')
      .optional(),
    password: value.password.optional(),
  },
  'The e-mail certificate (S/MIME) to sign with, and to read encrypted mail by.',
);

/** A template takes the place of a signature; whether replies get one is no matter of templates. */
export function refuseBoth(
  entry: { signature?: SignatureEntry | undefined; template?: string | undefined },
  { addIssue }: z.RefinementCtx,
): void {
  const { file, text } = entry.signature ?? {};
  if (entry.template === undefined || (file === undefined && text === undefined)) return;
  addIssue({
    code: 'custom',
    path: ['template'],
    message: 'does not go with a signature: give one of the two',
  });
}

export type SignatureEntry = z.infer<typeof signature>;
export type CertificateEntry = z.infer<typeof certificate>;

/** A mapping of the configuration file that knows its keys. */
import * as z from 'zod';

// Without it zod writes and compiles a function for each mapping at its first use: that pays for ten thousand accounts at once,
// and costs every start of the program more than the check itself.
z.config({ jitless: true });

/** `unrecognized_keys` is worded where the nearest key can be named. */
export function section<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  description: string,
): z.ZodObject<Shape, z.core.$strict> {
  const error = (issue: { code?: string | undefined }): string | undefined =>
    issue.code === 'invalid_type' ? 'must be a mapping of keys to values' : undefined;
  return z.strictObject(shape, { error }).describe(description) as z.ZodObject<
    Shape,
    z.core.$strict
  >;
}

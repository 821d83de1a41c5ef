/** A mapping of the configuration file that knows its keys. */
import * as z from 'zod';

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

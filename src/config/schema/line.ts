/** The first line of a file that posthorn makes: it tells YAML language servers where the schema lies. */

/** The build puts the schema beside the program; sources that run unbundled have none. */
const published = import.meta.url.endsWith('.ts')
  ? null
  : new URL('./posthorn.schema.json', import.meta.url).href;

/**
 * With its line break. A URL, since a blank would end a path there (yaml-language-server reads up to the first one). Null
 * where no schema was built.
 */
export function schemaLine(): string | null {
  return published === null ? null : `# yaml-language-server: $schema=${published}\n`;
}

/** The options of every command. */

/** Options that stand before or behind every command. */
export interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** commander's name for --no-color. */
  readonly color: boolean;
  /** commander's name for --no-input. */
  readonly input: boolean;
  readonly yes?: boolean;
}

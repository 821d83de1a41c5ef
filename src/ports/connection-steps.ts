/** Whoever watches a connection come about, one layer after the other. */

import type { ConnectionStep } from '../core/diagnosis/connection-step.ts';

export type { ConnectionStep };

/** Called as each layer is done, in order; it must not throw. */
export type StepObserver = (step: ConnectionStep) => void;

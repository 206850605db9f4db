/** What of `aarch64-virt` a user can choose, as the board's other files take it. */

/** The choices, made. */
export interface VirtChoices {
  readonly gic: 2 | 3;
  /** Whether there is EL2. */
  readonly virtualization: boolean;
  /** A name of `CPUS`. */
  readonly cpu: string;
}

/** Who answers PSCI: where EL2 is a guest's, `hvc` is its own. */
export const conduitOf = ({ virtualization }: VirtChoices): 'hvc' | 'smc' => (virtualization ? 'smc' : 'hvc');

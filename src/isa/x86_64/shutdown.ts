/** Why a processor shut down, in words. */
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import { VECTOR } from './causes';

/** One of the exceptions that led there. */
export interface Fault {
  readonly vector: number;
  /** Linear address of the instruction. */
  readonly pc: bigint;
  readonly errorCode?: bigint;
  /** What it left in CR2. */
  readonly address?: bigint;
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(VECTOR).map(([name, vector]) => [vector, `#${name}`]),
);

const faultText = ({ vector, errorCode, address }: Fault): string => {
  const details = [
    ...(errorCode === undefined ? [] : [t`error code ${hex(errorCode)}`]),
    ...(address === undefined ? [] : [`CR2 ${hex(address)}`]),
  ];
  const name = NAMES.get(vector) ?? t`vector ${vector}`;
  return details.length === 0 ? name : `${name} (${details.join(', ')})`;
};

/** The exceptions in their order, and where they began. */
export const shutdownText = (history: readonly Fault[]): string => {
  const [first] = history;
  if (!first) return t`the processor shut down: the state that it was to return to is not legal`;
  const chain = history.map(faultText).join(' → ');
  return t`triple fault at ${hex(first.pc)}: ${chain}, and no handler could be entered. Look at the interrupt descriptor table and the stacks of its handlers`;
};

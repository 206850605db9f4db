/** Reads rows of an instruction set's table of fusions. */
import type { Fusion } from './engine-isa';

/** One instruction of a fusion. */
export interface FusionPart {
  readonly mnemonic: string;
  /** Its source field that names the destination of the part before. */
  readonly forward: string | undefined;
}

/** The instructions that are executed at once, in order. */
export const partsOf = (fusion: Fusion): readonly FusionPart[] =>
  fusion.split(', ').map((part) => {
    const [mnemonic = '', forward] = part.split(' ');
    return { mnemonic, forward };
  });

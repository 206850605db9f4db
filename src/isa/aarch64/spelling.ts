/** How assemblers write A64 where the rows' templates do not say it. */
import { hex } from '../../base/address';
import type { Spelling } from '../core/disassembler';
import { wordOf } from '../core/encoding';

export const SPELLING: Spelling = {
  operand: () => undefined,
  stackPointer: { file: 'xsp', index: 31 },
  aliases: [],
  undecodable: (bytes) => ({
    mnemonic: bytes.length === 4 ? '.inst' : '.byte',
    operands: hex(wordOf(bytes), bytes.length * 2),
  }),
};

/** How assemblers write the operations of `sys`: `dc civac, x0`. */
import type { Alias } from '../core/disassembler';
import { MAINTENANCE } from './maintenance';

const SYSOP = 0x3fff;
const ZERO = 31;

const operations: readonly Alias[] = MAINTENANCE.flatMap(({ name, number, hasNoOperand }) => {
  const [as = '', operation = ''] = name.split(' ');
  const sysop = number & SYSOP;
  if (!hasNoOperand) return [{ of: 'sys', when: { sysop }, as, asm: `${operation}, {x:Rt}` }];
  return [{ of: 'sys', when: { sysop, Rt: ZERO }, as, asm: operation }];
});

export const SYSTEM_ALIASES: readonly Alias[] = [
  ...operations,
  { of: 'sys', when: { Rt: ZERO }, as: 'sys', asm: '{encoding:sysop}' },
  { of: 'hvc', when: { imm: 0 }, as: 'hvc', asm: '#0' },
  { of: 'smc', when: { imm: 0 }, as: 'smc', asm: '#0' },
];

/** `#3, c7, c14, #1`: an operation that has no name. */
export const encodingText = (sysop: number): string =>
  `#${sysop >> 11}, c${(sysop >> 7) & 15}, c${(sysop >> 3) & 15}, #${sysop & 7}`;

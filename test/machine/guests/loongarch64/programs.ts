/** Bare programs for loongarch64-virt that report on the console, and what they report here and on QEMU. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BareProgram {
  readonly name: string;
  readonly title: string;
  readonly processors: number;
}

export const PROGRAMS: readonly BareProgram[] = [
  { name: 'cpucfg', title: 'the configuration of the processor is that of an LA464', processors: 1 },
  { name: 'window', title: 'a kernel linked into a window turns it on and goes on where it is', processors: 1 },
  { name: 'processors', title: 'a second processor is started by a mailbox, and answers', processors: 2 },
];

/** The bit of `cpucfg` word 2 that stands for vectors of 256 bits, which QEMU's processor has, too. */
const LASX = 1n << 7n;

/** A report without what may differ. */
export const comparable = ({ name }: BareProgram, report: string): string[] => {
  const lines = report.replaceAll('\r', '').trimEnd().split('\n');
  if (name !== 'cpucfg') return lines;
  return lines.map((line, word) => (word === 2 ? (BigInt(`0x${line}`) & ~LASX).toString(16).padStart(16, '0') : line));
};

export const executable = ({ name }: BareProgram): string => join(__dirname, 'prebuilt', `${name}.elf`);

export const expected = (program: BareProgram): string[] =>
  comparable(program, readFileSync(join(__dirname, `${program.name}.txt`), 'latin1'));

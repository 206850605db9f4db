/** Bare programs for aarch64-virt that report on the console, and what they report here and on QEMU. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BareProgram {
  readonly name: string;
  readonly title: string;
  readonly processors: number;
  readonly gic: '2' | '3';
  readonly virtualization: 'off' | 'on';
  /** MiB. */
  readonly memory: number;
}

const title = (gic: string): string =>
  `a processor is started by PSCI, sends an interrupt and goes off; a timer interrupts: GICv${gic}`;

export const PROGRAMS: readonly BareProgram[] = [
  { name: 'gic2', title: title('2'), processors: 2, gic: '2', virtualization: 'off', memory: 128 },
  { name: 'gic3', title: title('3'), processors: 2, gic: '3', virtualization: 'off', memory: 128 },
  {
    name: 'tutorial',
    title: 'EL2 to EL1, 64 KiB granule, PCI, interrupts of the serial port and the physical timer, SMC; 1 GiB',
    processors: 1,
    gic: '2',
    virtualization: 'on',
    memory: 1024,
  },
];

/** The lines of a report. */
export const linesOf = (report: string): string[] => report.replaceAll('\r', '').trimEnd().split('\n');

export const executable = ({ name }: BareProgram): string => join(__dirname, 'prebuilt', `${name}.elf`);

export const expected = ({ name }: BareProgram): string[] =>
  linesOf(readFileSync(join(__dirname, `${name}.txt`), 'latin1'));

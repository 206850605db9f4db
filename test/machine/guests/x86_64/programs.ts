/** Bare programs of numbered checks for x86_64-q35: they end by QEMU's debug exit, with 1 if all is well. */
import { join } from 'node:path';

export interface BareProgram {
  readonly name: string;
  readonly title: string;
  readonly processors: number;
  readonly prints: string;
}

export const PROGRAMS: readonly BareProgram[] = [
  {
    name: 'interrupts',
    title: 'interrupts of the old timer by both controllers, of the local APIC, of the clock',
    processors: 1,
    prints: '',
  },
  {
    name: 'timers',
    title: 'the clocks of a PC agree, and its event timer interrupts by edges and levels',
    processors: 1,
    prints: '',
  },
  {
    name: 'x2apic',
    title: 'the local APIC by MSRs: messages to itself and by a store, what is refused, the ways in and out',
    processors: 1,
    prints: '',
  },
  {
    name: 'processors',
    title: 'three processors start in real mode, come to 64-bit mode, interrupt the first one and share its time',
    processors: 4,
    prints: '000000000000000e\n',
  },
  {
    name: 'exceptions',
    title:
      'what handlers find: error codes, interrupt shadows, steps and breakpoints, level 3 by IRET and SYSRET and back',
    processors: 1,
    prints: '',
  },
  {
    name: 'legacy',
    title: 'protected mode without paging: call gates, 16-bit gates, tasks, level 3, virtual-8086 mode, selectors',
    processors: 1,
    prints: '',
  },
  { name: 'modes', title: 'from 64-bit mode to real mode and back', processors: 1, prints: '' },
  {
    name: 'chipset',
    title:
      'PCI by ports and ECAM, the clock’s RAM, the timer, fw_cfg, the keyboard controller, ACPI’s root, Multiboot’s map',
    processors: 1,
    prints: '',
  },
];

/** What a program exits with that found nothing wrong; 1 + 2n is check n. */
export const ALL_WELL = 1;

export const executable = ({ name }: BareProgram): string => join(__dirname, 'prebuilt', `${name}.elf`);

/** What of a machine's board a user can choose beside its size: options by name, with values as words, as QEMU has them. */
import { DeviceWordsError } from './device-words';
import { t } from './l10n';
import type { Schema } from './schema';

/** Option → value. A switch has `on` and `off`. */
export type BoardChoices = Readonly<Record<string, string>>;

/** The options of all boards, as launch.json has them. Which of them a board has, and which values, it says itself. */
export const BOARD_OPTIONS = {
  cpu: {
    type: 'string',
    enum: ['cortex-a53', 'cortex-a57', 'cortex-a72', 'qemu64', 'EPYC', 'max'],
    markdownDescription:
      'The processor, by QEMU’s name for it: AArch64’s `cortex-…` and `max`, `cortex-a72` without it; x86-64’s `qemu64`, `EPYC` and `max`, `qemu64` without it.',
  },
  gic: {
    type: 'string',
    enum: ['2', '3'],
    markdownDescription: 'AArch64: the version of the interrupt controller; `2` without it.',
  },
  virtualization: {
    type: 'boolean',
    markdownDescription:
      'AArch64: whether the processors have EL2, where they start then; off without it. x86-64: whether SVM can be switched on; on without it.',
  },
  semihosting: {
    type: 'boolean',
    markdownDescription:
      'AArch64 and RISC-V: whether programs reach the console, the time and the end of the machine by semihosting calls, as with QEMU’s `-semihosting`; off without it.',
  },
  start: {
    type: 'string',
    enum: ['auto', 'real', 'protected', 'long'],
    markdownDescription:
      'x86-64: the mode that a program starts in which has no header of a boot protocol; `auto`: real mode below 1 MiB, long mode for a 64-bit ELF file, else protected mode.',
  },
} as const satisfies Readonly<Record<string, Schema>>;

/** Options as JSON has them as choices; what is not said is left out. */
export const choicesOf = (options: Readonly<Record<string, string | boolean | undefined>>): BoardChoices =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, typeof value === 'string' ? value : value ? 'on' : 'off']];
    }),
  );

/** Other names of options and values: QEMU's. */
const ALIASES: Readonly<Record<string, string>> = { 'gic-version': 'gic' };
const SWITCHES: Readonly<Record<string, string>> = { true: 'on', false: 'off' };

/** Reads `NAME=VALUE[,NAME=VALUE]`. @throws DeviceWordsError */
export function choiceWords(text: string): BoardChoices {
  const pairs = text.split(',').map((part) => {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    if (name === '' || value === '') throw new DeviceWordsError(t`"${part}" is no option. Write it as gic=3.`);
    return [ALIASES[name] ?? name, SWITCHES[value] ?? value];
  });
  return Object.fromEntries(pairs);
}

/**
 * The power registers of an ACPI generic event device on a machine without fixed hardware: sleep control, sleep status, reset.
 * @see ACPI Specification 6.5, section 4.8.3.7 "Sleep Control and Status Registers", 4.8.3.6 "Reset Register"
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

/** Values that a device tree gives to `syscon-poweroff` and `syscon-reboot`. */
export const GED = { SLEEP_OFF: 0x34, RESET: 0x42 } as const;

const SLEEP_CONTROL = 0;
const SLEEP_STATUS = 1;
const RESET = 2;
const SLEEP_ENABLE = 0x20;
/** Soft off, `\_S5`. */
const TYPE_OFF = 5;

const REGISTERS: readonly DeviceRegister[] = [
  {
    name: 'SLEEP_CONTROL',
    offset: SLEEP_CONTROL,
    width: 1,
    fields: [
      { name: 'SLP_EN', high: 5, low: 5 },
      { name: 'SLP_TYP', high: 4, low: 2, values: { 5: 'off' } },
    ],
  },
  { name: 'SLEEP_STATUS', offset: SLEEP_STATUS, width: 1 },
  { name: 'RESET', offset: RESET, width: 1 },
];

/** It has nothing to remember. */
export class AcpiGed implements Device<null> {
  readonly compatible = 'syscon';
  readonly size = 3;
  readonly registers = REGISTERS;
  state = null;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  reset(): void {}

  read(): number {
    return 0;
  }

  peek(): number {
    return 0;
  }

  write(offset: number, _width: 1 | 2 | 4, value: number): void {
    if (offset === RESET && (value & 0xff) === GED.RESET) this.context.power({ kind: 'reset', code: 0 });
    if (offset !== SLEEP_CONTROL || (value & SLEEP_ENABLE) === 0) return;
    if (((value >>> 2) & 7) === TYPE_OFF) this.context.power({ kind: 'off', code: 0 });
  }
}

/**
 * System control port A, 0x92: gate of address line 20, and a reset.
 * @see Intel I/O Controller Hub 9 datasheet, 13.7.3
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const ALT_A20 = 2;
const INIT_NOW = 1;

const REGISTERS: readonly DeviceRegister[] = [
  {
    name: 'PORT92',
    offset: 0,
    width: 1,
    fields: [
      { name: 'ALT_A20_GATE', high: 1, low: 1, doc: 'address line 20 is not forced to 0' },
      { name: 'INIT_NOW', high: 0, low: 0, doc: 'going high resets' },
    ],
  },
];

/** The gate of address line 20, which the keyboard controller opens and closes, too. */
export interface A20 {
  readonly isOpen: boolean;
  setOpen(isOpen: boolean): void;
}

export type Port92State = { value: number };

/** The gate is open at reset, unlike a PC's: what starts here expects it so, and who closes it can. */
export class Port92 implements Device<Port92State>, A20 {
  readonly compatible = 'intel,port92';
  readonly size = 1;
  readonly registers = REGISTERS;
  state: Port92State = { value: ALT_A20 };

  /** @param changed the gate opens or closes */
  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly changed: (isOpen: boolean) => void,
  ) {}

  get isOpen(): boolean {
    return (this.state.value & ALT_A20) !== 0;
  }

  setOpen(isOpen: boolean): void {
    if (isOpen === this.isOpen) return;
    this.state.value ^= ALT_A20;
    this.changed(isOpen);
  }

  reset(): void {
    this.setOpen(true);
    this.state = { value: ALT_A20 };
  }

  read(): number {
    return this.state.value;
  }

  peek(): number {
    return this.state.value;
  }

  write(_offset: number, _width: 1 | 2 | 4, value: number): void {
    const isRising = (value & INIT_NOW) !== 0 && (this.state.value & INIT_NOW) === 0;
    this.setOpen((value & ALT_A20) !== 0);
    this.state.value = value & (ALT_A20 | INIT_NOW);
    if (isRising) this.context.power({ kind: 'reset', code: 0 });
  }
}

/** SiFive's test finisher: one register through which a program ends the machine. */
import type { Device, DeviceContext, DeviceRegister } from '../device';

/** Values of the finisher's low half word; the high one carries the exit code of FAIL. */
export const FINISHER = { FAIL: 0x3333, PASS: 0x5555, RESET: 0x7777 } as const;

const REGISTERS: readonly DeviceRegister[] = [
  {
    name: 'finisher',
    offset: 0,
    width: 4,
    doc: 'Writing ends the machine; reads 0.',
    fields: [
      { name: 'code', high: 31, low: 16, doc: 'exit code given with FAIL' },
      { name: 'status', high: 15, low: 0, values: { 13107: 'FAIL', 21845: 'PASS', 30583: 'RESET' } },
    ],
  },
];

/** The finisher. It has nothing to remember. */
export class SifiveTest implements Device<null> {
  readonly compatible = 'sifive,test1';
  readonly size = 0x1000;
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
    if (offset !== 0) return;
    const code = value >>> 16;
    switch (value & 0xffff) {
      case FINISHER.PASS:
        this.context.power({ kind: 'off', code: 0 });
        return;
      case FINISHER.FAIL:
        this.context.power({ kind: 'fail', code });
        return;
      case FINISHER.RESET:
        this.context.power({ kind: 'reset', code: 0 });
        return;
    }
  }
}

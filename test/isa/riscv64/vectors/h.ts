/** H and Svinval, as far as one instruction in M-mode shows them. Who may execute what, and two stages, have tests of their own. */
import { DATA, type Vector } from '../../driver';
import { little, RD, RS1, RS2, u64, vector } from './rows';

/** A guest without tables of either stage, with memory open to it. */
const OPEN = { pmpaddr0: (1n << 54n) - 1n, pmpcfg0: 0x1fn };
const SPVP = 1n << 8n;
const VSXL = 2n << 32n;

const BYTES = '80ff7f01feffffff';

const loads = (mnemonic: string, rows: readonly (readonly [distance: number, value: bigint])[]): Vector[] =>
  rows.map(([distance, value], index) => {
    const rd = index === 1 ? RS1 : RD;
    return vector(
      mnemonic,
      { rd, rs1: RS1 },
      `at + ${distance}`,
      {
        x: { [RS1]: DATA + 0x40n + BigInt(distance) },
        memory: [{ at: DATA + 0x40n, bytes: BYTES }],
        slots: { ...OPEN, hstatus: index % 2 ? VSXL | SPVP : VSXL },
      },
      { x: { [rd]: u64(value) } },
    );
  });

const stores = (mnemonic: string, bytes: number): Vector[] =>
  [0, 1, 3, 8].map((distance) => {
    const value = 0x1122_3344_5566_7788n + BigInt(distance);
    return vector(
      mnemonic,
      { rs1: RS1, rs2: RS2 },
      `at + ${distance}`,
      {
        x: { [RS1]: DATA + 0x40n + BigInt(distance), [RS2]: value },
        memory: [{ at: DATA + 0x40n, bytes: '55'.repeat(16) }],
        slots: OPEN,
      },
      {
        memory: [
          {
            at: DATA + 0x40n,
            bytes: `${'55'.repeat(distance)}${little(value, bytes)}${'55'.repeat(16 - bytes - distance)}`,
          },
        ],
      },
    );
  });

const quiet = (mnemonic: string, hasOperands: boolean): Vector[] =>
  [0, 1, 2, 3].map((n) =>
    vector(
      mnemonic,
      hasOperands ? { rs1: n & 1 ? RS1 : 0, rs2: n & 2 ? RS2 : 0 } : {},
      `form ${n}`,
      { x: { [RS1]: BigInt(n) } },
      {},
    ),
  );

export const H: readonly Vector[] = [
  ...loads('hlv.b', [
    [0, -128n],
    [1, -1n],
    [2, 0x7fn],
    [4, -2n],
  ]),
  ...loads('hlv.bu', [
    [0, 0x80n],
    [1, 0xffn],
    [2, 0x7fn],
    [4, 0xfen],
  ]),
  ...loads('hlv.h', [
    [0, -128n],
    [1, 0x7fffn],
    [2, 0x17fn],
    [4, -2n],
  ]),
  ...loads('hlv.hu', [
    [0, 0xff80n],
    [1, 0x7fffn],
    [2, 0x17fn],
    [4, 0xfffen],
  ]),
  ...loads('hlvx.hu', [
    [0, 0xff80n],
    [1, 0x7fffn],
    [2, 0x17fn],
    [4, 0xfffen],
  ]),
  ...loads('hlv.w', [
    [0, 0x017f_ff80n],
    [1, 0xffff_ffff_fe01_7fffn],
    [2, 0xffff_ffff_fffe_017fn],
    [4, -2n],
  ]),
  ...loads('hlv.wu', [
    [0, 0x017f_ff80n],
    [1, 0xfe01_7fffn],
    [2, 0xfffe_017fn],
    [4, 0xffff_fffen],
  ]),
  ...loads('hlvx.wu', [
    [0, 0x017f_ff80n],
    [1, 0xfe01_7fffn],
    [2, 0xfffe_017fn],
    [4, 0xffff_fffen],
  ]),
  ...loads('hlv.d', [
    [0, 0xffff_fffe_017f_ff80n],
    [1, 0x00ff_ffff_fe01_7fffn],
    [2, 0x0000_ffff_fffe_017fn],
    [4, 0xffff_fffen],
  ]),
  ...stores('hsv.b', 1),
  ...stores('hsv.h', 2),
  ...stores('hsv.w', 4),
  ...stores('hsv.d', 8),
  ...['hfence.vvma', 'hfence.gvma', 'sinval.vma', 'hinval.vvma', 'hinval.gvma'].flatMap((name) => quiet(name, true)),
  ...['sfence.w.inval', 'sfence.inval.ir'].flatMap((name) => quiet(name, false)),
];

/** Atomic memory accesses: read-modify-write, and load-linked with store-conditional. */
import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import { insn } from '../insn';
import type { LoongOps } from '../ops';

const REF = 'LoongArch Reference Manual, Volume 1, 2.2.7 Atomic Memory Access Instructions';

/** What is stored, of sign-extended values: words keep their order as unsigned numbers, too. */
const CHANGES = {
  swap: (_o, _old, v) => v,
  add: (o, old, v) => o.add(old, v),
  and: (o, old, v) => o.and(old, v),
  or: (o, old, v) => o.or(old, v),
  xor: (o, old, v) => o.xor(old, v),
  max: (o, old, v) => o.select(o.ltS(v, old), old, v),
  min: (o, old, v) => o.select(o.ltS(old, v), old, v),
} as const satisfies Readonly<Record<string, (o: LoongOps, old: V64, v: V64) => V64>>;
const UNSIGNED = {
  max: (o: LoongOps, old: V64, v: V64): V64 => o.select(o.ltU(v, old), old, v),
  min: (o: LoongOps, old: V64, v: V64): V64 => o.select(o.ltU(old, v), old, v),
} as const;

/**
 * rd may be neither rj, which is no instruction by the manual, nor rk, which the manual leaves open and QEMU treats alike; but
 * for r0.
 */
const distinct = ({ rd = 0, rj, rk }: Readonly<Record<string, number>>): bigint | undefined =>
  rd !== 0 && (rd === rj || rd === rk) ? undefined : 1n;

const amo = (
  mnemonic: string,
  number: number,
  bytes: 4 | 8,
  change: (o: LoongOps, old: V64, v: V64) => V64,
): PatternInsn =>
  insn(mnemonic, `00111000011${number.toString(2).padStart(6, '0')} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rk}, {rj}',
    ref: REF,
    doc: `Atomically: rd = ${bytes === 4 ? '4 bytes, sign-extended,' : '8 bytes'} at rj; stores what the operation makes of them and rk.`,
    computed: { distinct },
    sem: (o, f) => {
      o.aligned(o.r(f.rj), bytes);
      const operand = bytes === 4 ? o.sx32(o.w(f.rk)) : o.r(f.rk);
      o.setR(
        f.rd,
        o.update(bytes, true, o.r(f.rj), (old) => change(o, old, operand)),
      );
    },
  });

/** The numbers of the forms without and with `_db`, which order other accesses, too: here all are in order. */
const rows = (): PatternInsn[] => {
  const names = Object.keys(CHANGES) as (keyof typeof CHANGES)[];
  const all: PatternInsn[] = [];
  let number = 0;
  for (const barrier of ['', '_db']) {
    for (const name of names) {
      all.push(amo(`am${name}${barrier}.w`, number++, 4, CHANGES[name]));
      all.push(amo(`am${name}${barrier}.d`, number++, 8, CHANGES[name]));
    }
    for (const name of ['max', 'min'] as const) {
      all.push(amo(`am${name}${barrier}.wu`, number++, 4, UNSIGNED[name]));
      all.push(amo(`am${name}${barrier}.du`, number++, 8, UNSIGNED[name]));
    }
  }
  return all;
};

export const INSNS_ATOMICS: readonly PatternInsn[] = [
  ...rows(),
  ...(
    [
      ['w', 4, '00'],
      ['d', 8, '10'],
    ] as const
  ).flatMap(([suffix, bytes, bits]) => [
    insn(`ll.${suffix}`, `001000${bits} si[15:2] rj:5 rd:5`, {
      asm: '{rd}, {rj}, {si}',
      ref: REF,
      doc: `rd = ${bytes} bytes, sign-extended, at rj + immediate, which are watched for a following sc.${suffix}.`,
      sem: (o, f) => {
        const address = o.add(o.r(f.rj), o.imm(f.si));
        o.aligned(address, bytes);
        const value = o.load(bytes, true, address);
        o.setSlot('llAddress', address);
        o.setSlot('llValue', value);
        o.setSlot('llbit', o.c(1));
        o.setR(f.rd, value);
      },
    }),
    insn(`sc.${suffix}`, `001000${bits === '00' ? '01' : '11'} si[15:2] rj:5 rd:5`, {
      asm: '{rd}, {rj}, {si}',
      ref: REF,
      doc: `Stores ${bytes} bytes of rd if nothing was stored there since ll.${suffix}: rd = 1 on success, 0 otherwise.`,
      sem: (o, f) => {
        const address = o.add(o.r(f.rj), o.imm(f.si));
        o.aligned(address, bytes);
        const isWatched = o.and(o.ne(o.slot('llbit'), o.c(0)), o.eq(o.slot('llAddress'), address));
        // Stores of other processors are noticed by value alone, as in QEMU.
        const wanted = o.slot('llValue');
        const value = o.r(f.rd);
        const holds = (old: V64) => o.and(isWatched, o.eq(old, wanted));
        const old = o.update(bytes, true, address, () => value, holds);
        o.setSlot('llbit', o.c(0));
        o.setR(f.rd, o.zx32(holds(old)));
      },
    }),
  ]),
];

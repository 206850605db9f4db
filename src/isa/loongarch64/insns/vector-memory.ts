/** LSX: loads and stores. */
import type { PatternInsn } from '../../core/insn';
import type { Field, LaneBits, V64 } from '../../core/ops';
import type { LoongFields, LoongOps } from '../ops';
import { REF, top, vectorInsn } from './vector';

/** At rj plus an immediate, and plus rk. */
const addressed = (
  mnemonic: string,
  doc: string,
  access: (o: LoongOps, vd: Field, address: V64) => void,
  immediate: number,
  indexed: number,
): PatternInsn[] => [
  vectorInsn(
    mnemonic,
    `${top(immediate, 10)} si:12 rj:5 vd:5`,
    { asm: '{vd}, {rj}, {si}', ref: REF.memory, doc: `${doc} at rj + immediate.` },
    (o, f) => access(o, f.vd, o.add(o.r(f.rj), o.imm(f.si))),
  ),
  vectorInsn(
    `${mnemonic}x`,
    `${top(indexed, 17)} rk:5 rj:5 vd:5`,
    { asm: '{vd}, {rj}, {rk}', ref: REF.memory, doc: `${doc} at rj + rk.` },
    (o, f) => access(o, f.vd, o.add(o.r(f.rj), o.r(f.rk))),
  ),
];

const SIZES = [
  { suffix: 'b', bits: 8, bytes: 1, scale: 0 },
  { suffix: 'h', bits: 16, bytes: 2, scale: 1 },
  { suffix: 'w', bits: 32, bytes: 4, scale: 2 },
  { suffix: 'd', bits: 64, bytes: 8, scale: 3 },
] as const;

/** An immediate of so many bits in units of the access. */
const scaled = (bits: number, scale: number): string =>
  scale === 0 ? `si:${bits}` : `si[${bits + scale - 1}:${scale}]`;

const address = (o: LoongOps, f: LoongFields): V64 => o.add(o.r(f.rj), o.imm(f.si));

/** The lane, in the low bits. */
const lane = (o: LoongOps, f: LoongFields, bits: LaneBits): V64 =>
  o.half(o.everyLane(bits, o.v(f.vd), o.imm(f.ui)), 'low');

export const vectorMemory = (): readonly PatternInsn[] => [
  ...addressed(
    'vld',
    'vd = 16 bytes',
    (o, vd, at) => {
      const low = o.load(8, false, at);
      o.setV(vd, o.vector(low, o.load(8, false, o.add(at, o.c(8)))));
    },
    0x2c00_0000,
    0x3840_0000,
  ),
  ...addressed(
    'vst',
    'Stores vd, 16 bytes,',
    (o, vd, at) => {
      o.store(8, at, o.half(o.v(vd), 'low'));
      o.store(8, o.add(at, o.c(8)), o.half(o.v(vd), 'high'));
    },
    0x2c40_0000,
    0x3844_0000,
  ),
  ...SIZES.flatMap(({ suffix, bits, bytes, scale }) => [
    vectorInsn(
      `vldrepl.${suffix}`,
      `${top([0x3080_0000, 0x3040_0000, 0x3020_0000, 0x3010_0000][scale] ?? 0, 10 + scale)} ${scaled(12 - scale, scale)} rj:5 vd:5`,
      { asm: '{vd}, {rj}, {si}', ref: REF.memory, doc: `vd = in every lane the ${bits} bits at rj + immediate.` },
      (o, f) => o.setV(f.vd, o.splat(bits, o.load(bytes, false, address(o, f)))),
    ),
    vectorInsn(
      `vstelm.${suffix}`,
      `${top([0x3180_0000, 0x3140_0000, 0x3120_0000, 0x3110_0000][scale] ?? 0, 10 + scale)} ui:${4 - scale} ${scaled(8, scale)} rj:5 vd:5`,
      {
        asm: '{vd}, {rj}, {si}, {ui}',
        ref: REF.memory,
        doc: `Stores the lane of vd of ${bits} bits that the second immediate numbers at rj + the first.`,
      },
      (o, f) => o.store(bytes, address(o, f), lane(o, f, bits)),
    ),
  ]),
];

/** Advanced SIMD: AES and the secure hashes. */

import { decryptRound, encryptRound, mixColumns, unmixColumns } from '../../core/aes';
import type { Feature } from '../cpus';
import {
  sha1c,
  sha1h,
  sha1m,
  sha1p,
  sha1su0,
  sha1su1,
  sha256h,
  sha256h2,
  sha256su0,
  sha256su1,
  sha512h,
  sha512h2,
  sha512su0,
  sha512su1,
} from '../simd/hashes';
import { type SimdRow, simdRow } from '../simd/row';

/** Vd of its old contents, Vn and Vm. */
type Step = (d: bigint, n: bigint, m: bigint) => bigint;

/** Of two registers and of three, by the bits in front of them. */
const step = (name: string, feature: Feature, pattern: string, asm: string, doc: string, run: Step): SimdRow =>
  simdRow(
    name,
    pattern,
    { asm, doc, feature },
    {
      helper: (state, field) => {
        const vector = (register: string): bigint => state.read('v', field(register));
        state.write('v', field('Vd'), run(vector('Vd'), vector('Vn'), pattern.includes('Vm') ? vector('Vm') : 0n));
      },
    },
  );

const aes = (name: string, opcode: string, doc: string, run: Step): SimdRow =>
  step(name, 'AES', `01001110 00 10100 ${opcode} 10 Vn:5 Vd:5`, '{v16b:Vd}, {v16b:Vn}', doc, run);

/** Of three words: the letters of the registers. */
const three = (name: string, feature: Feature, opcode: string, asm: string, doc: string, run: Step): SimdRow =>
  step(name, feature, `01011110 000 Vm:5 0 ${opcode} 00 Vn:5 Vd:5`, asm, doc, run);
const two = (name: string, feature: Feature, opcode: string, asm: string, doc: string, run: Step): SimdRow =>
  step(name, feature, `01011110 00 10100 ${opcode} 10 Vn:5 Vd:5`, asm, doc, run);

const V4S = '{v4s:Vd}, {v4s:Vn}';
const V2D = '{v2d:Vd}, {v2d:Vn}';
const HASH = '{q:Vd}, {q:Vn}';

const rotations = (): SimdRow[] => [
  simdRow(
    'eor3-v16b',
    '11001110 000 Vm:5 0 Va:5 Vn:5 Vd:5',
    {
      asm: '{v16b:Vd}, {v16b:Vn}, {v16b:Vm}, {v16b:Va}',
      doc: 'Vd = Vn exclusive-or Vm exclusive-or Va.',
      feature: 'SHA3',
    },
    { sem: (o, f) => o.setV(f.Vd, o.vectorXor(o.vectorXor(o.v(f.Vn), o.v(f.Vm)), o.v(f.Va))) },
  ),
  simdRow(
    'bcax-v16b',
    '11001110 001 Vm:5 0 Va:5 Vn:5 Vd:5',
    {
      asm: '{v16b:Vd}, {v16b:Vn}, {v16b:Vm}, {v16b:Va}',
      doc: 'Vd = Vn exclusive-or (Vm and not Va).',
      feature: 'SHA3',
    },
    { sem: (o, f) => o.setV(f.Vd, o.vectorXor(o.v(f.Vn), o.vectorAnd(o.v(f.Vm), o.vectorNot(o.v(f.Va))))) },
  ),
  simdRow(
    'rax1-v2d',
    '11001110 011 Vm:5 1000 11 Vn:5 Vd:5',
    { asm: `${V2D}, {v2d:Vm}`, doc: 'Vd = Vn exclusive-or (Vm rotated left by 1).', feature: 'SHA3' },
    {
      sem: (o, f) => {
        const m = o.v(f.Vm);
        const turned = o.vectorOr(o.shiftLanes('shl', 64, m, o.c32(1)), o.shiftLanes('shrU', 64, m, o.c32(63)));
        o.setV(f.Vd, o.vectorXor(o.v(f.Vn), turned));
      },
    },
  ),
  simdRow(
    'xar-v2d',
    '11001110 100 Vm:5 imm:6 Vn:5 Vd:5',
    { asm: `${V2D}, {v2d:Vm}, #{imm}`, doc: 'Vd = (Vn exclusive-or Vm) rotated right.', feature: 'SHA3' },
    {
      sem: (o, f) => {
        const v = o.vectorXor(o.v(f.Vn), o.v(f.Vm));
        const left = o.shiftLanes('shl', 64, v, o.sub(o.c32(0), o.imm32(f.imm)));
        o.setV(f.Vd, o.vectorOr(o.shiftLanes('shrU', 64, v, o.imm32(f.imm)), left));
      },
    },
  ),
];

/** Rows of cryptography. */
export const simdCrypto = (): readonly SimdRow[] => [
  aes('aese-v16b', '00100', 'Vd = bytes of Vd exclusive-or Vn substituted, rows turned.', encryptRound),
  aes('aesd-v16b', '00101', 'Vd = bytes of Vd exclusive-or Vn substituted, rows turned, for decryption.', decryptRound),
  aes('aesmc-v16b', '00110', 'Vd = the columns of Vn mixed.', (_, n) => mixColumns(n)),
  aes('aesimc-v16b', '00111', 'Vd = the columns of Vn mixed, for decryption.', (_, n) => unmixColumns(n)),
  three('sha1c-q', 'SHA1', '000', '{q:Vd}, {s:Vn}, {v4s:Vm}', 'Vd = four rounds of SHA-1 that choose.', sha1c),
  three('sha1p-q', 'SHA1', '001', '{q:Vd}, {s:Vn}, {v4s:Vm}', 'Vd = four rounds of SHA-1 by parity.', sha1p),
  three('sha1m-q', 'SHA1', '010', '{q:Vd}, {s:Vn}, {v4s:Vm}', 'Vd = four rounds of SHA-1 by majority.', sha1m),
  three('sha1su0-v4s', 'SHA1', '011', `${V4S}, {v4s:Vm}`, 'Vd = the first half of the schedule of SHA-1.', sha1su0),
  two('sha1h-s', 'SHA1', '00000', '{s:Vd}, {s:Vn}', 'Vd = Vn rotated left by 30.', (_, n) => sha1h(n)),
  two('sha1su1-v4s', 'SHA1', '00001', V4S, 'Vd = the second half of the schedule of SHA-1.', sha1su1),
  three('sha256h-q', 'SHA256', '100', `${HASH}, {v4s:Vm}`, 'Vd = a to d after four rounds of SHA-256.', sha256h),
  three('sha256h2-q', 'SHA256', '101', `${HASH}, {v4s:Vm}`, 'Vd = e to h after four rounds of SHA-256.', sha256h2),
  three(
    'sha256su1-v4s',
    'SHA256',
    '110',
    `${V4S}, {v4s:Vm}`,
    'Vd = the second half of the schedule of SHA-256.',
    sha256su1,
  ),
  two('sha256su0-v4s', 'SHA256', '00010', V4S, 'Vd = the first half of the schedule of SHA-256.', sha256su0),
  ...(
    [
      ['sha512h-q', '00', `${HASH}, {v2d:Vm}`, 'Vd = the first half of two rounds of SHA-512.', sha512h],
      ['sha512h2-q', '01', `${HASH}, {v2d:Vm}`, 'Vd = the second half of two rounds of SHA-512.', sha512h2],
      ['sha512su1-v2d', '10', `${V2D}, {v2d:Vm}`, 'Vd = the second half of the schedule of SHA-512.', sha512su1],
    ] as const
  ).map(([name, opcode, asm, doc, run]) =>
    step(name, 'SHA512', `11001110 011 Vm:5 1000 ${opcode} Vn:5 Vd:5`, asm, doc, run),
  ),
  step(
    'sha512su0-v2d',
    'SHA512',
    '11001110 110 00000 1000 00 Vn:5 Vd:5',
    V2D,
    'Vd = the first half of the schedule of SHA-512.',
    sha512su0,
  ),
  ...rotations(),
];

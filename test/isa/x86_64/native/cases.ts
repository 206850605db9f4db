/** Single instructions to be executed on a real processor and here: every integer form with random operands. */
import type { Form, OperandSize } from '../../../../src/isa/x86_64/form';
import type { OperandSpec } from '../../../../src/isa/x86_64/operands';
import { Random } from '../../../support/random';
import { CODE, DATA } from '../../driver';

/** An instruction and the state that it finds: what its seed makes, and what matters to its operands. */
export interface NativeCase {
  /** 0: 64-bit code, 1: 32-bit code. */
  readonly mode: 0 | 1;
  readonly code: Uint8Array;
  readonly seed: number;
  /** Registers that do not hold what the seed makes. */
  readonly registers: ReadonlyMap<number, bigint>;
}

export const DATA_BYTES = 0x1000;
const MIDDLE = DATA + 0x800n;
const [RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Numbers at borders, and others. */
const integer = (random: Random): bigint => {
  switch (random.below(6)) {
    case 0:
      return BigInt(random.below(4));
    case 1:
      return BigInt.asUintN(64, -BigInt(random.below(4)));
    case 2:
      return BigInt.asUintN(
        64,
        (1n << BigInt([7, 8, 15, 16, 31, 32, 63][random.below(7)] ?? 0)) - BigInt(random.below(3)),
      );
    case 3:
      return BigInt.asUintN(64, BigInt.asIntN(random.below(2) ? 32 : 16, random.u64()));
    default:
      return random.u64();
  }
};

const STATUS = 0x8d5n;
const DF = 0x400n;

/** The state that a seed makes. */
export const stateOf = ({ mode, seed, registers }: Pick<NativeCase, 'mode' | 'seed' | 'registers'>) => {
  const random = new Random(seed);
  const cut = (value: bigint): bigint => (mode === 1 ? BigInt.asUintN(32, value) : value);
  const values = Array.from({ length: 16 }, (_, at) => {
    const own = integer(random);
    if (mode === 1 && at >= 8) return 0n;
    return cut(registers.get(at) ?? own);
  });
  const flags = (random.u64() & (STATUS | (random.below(4) === 0 ? DF : 0n))) | 0x202n;
  const memory = new Uint8Array(DATA_BYTES);
  for (let at = 0; at < DATA_BYTES; at += 4) new DataView(memory.buffer).setUint32(at, random.u32(), true);
  return { values, flags, memory };
};

const bytes = (value: bigint | number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => Number((BigInt(value) >> BigInt(8 * at)) & 0xffn));

/** Writes one instruction of a form. */
class Writer {
  readonly registers = new Map<number, bigint>();
  private readonly reg: number;
  private readonly rm: number;
  private readonly opcodeRegister: number;
  private readonly vvvv: number;

  constructor(
    private readonly random: Random,
    private readonly form: Form,
    private readonly size: OperandSize | 0,
    private readonly mode: 0 | 1,
    private readonly isMemory: boolean,
    private readonly seed: number,
  ) {
    const count = mode === 0 ? 16 : 8;
    this.reg = form.notation.digit ?? random.below(count);
    this.rm = random.below(count);
    this.opcodeRegister = random.below(count);
    this.vvvv = random.below(count);
    this.registers.set(RSP, MIDDLE + BigInt(8 * random.below(4)));
    this.registers.set(RBP, MIDDLE + 0x200n);
    this.prepareFixed();
  }

  /** Registers that the instruction uses without naming them. */
  private prepareFixed(): void {
    const { random, registers, form } = this;
    const { mnemonic, repeats, notation } = form;
    if (repeats !== undefined) {
      registers.set(RSI, MIDDLE + BigInt(random.below(64)));
      registers.set(RDI, MIDDLE + BigInt(random.below(64)));
      if (notation.prefix !== undefined) registers.set(RCX, BigInt(random.below(5)));
    }
    if (mnemonic === 'xlatb') registers.set(RBX, DATA + 0x700n);
    if (form.operands.some(({ source }) => source === 'count') && random.below(4) > 0)
      registers.set(RCX, BigInt(random.below(72)) | (random.u64() & ~0xffn));
    if (/div/.test(mnemonic) && random.below(4) > 0)
      registers.set(RDX, [0n, 1n, BigInt.asUintN(64, -1n)][random.below(3)] ?? 0n);
    if (/^(loop|jrcxz)/.test(mnemonic)) registers.set(RCX, BigInt(random.below(3)));
    // Bits of a string are looked for near by.
    if (/^bt/.test(mnemonic) && this.isMemory && form.operands[1]?.kind === 'general')
      registers.set(
        this.reg,
        BigInt.asUintN(this.size === 64 ? 64 : 32, BigInt(random.below(4000) - 2000)) &
          (this.size === 16 ? 0xffffn : -1n),
      );
    if (/^aa[ad]|^da/.test(mnemonic)) registers.set(RAX, BigInt(random.below(0x10000)));
  }

  write(): Uint8Array {
    const { form, mode, size } = this;
    const { notation } = form;
    const { map, opcode, prefix, isVex, hasRegister, hasModRm, modRm, rexW } = notation;
    const isWide = rexW === 1 || (size === 64 && form.isDefault64 === undefined);
    const has67 = this.isMemory && !this.isMoffs() && mode === 0 && this.random.below(6) === 0;
    const address = this.isMemory && !this.isMoffs() ? this.address(has67) : undefined;
    if (form.mnemonic === 'cmpxchg' && !this.isMemory && this.random.below(2))
      for (const register of [RAX, this.rm]) this.registers.set(register, BigInt(this.seed));
    const x = address?.x ?? 0;
    const b = hasRegister
      ? this.opcodeRegister >> 3
      : address
        ? address.b
        : hasModRm && modRm === undefined
          ? this.rm >> 3
          : 0;
    const r = hasModRm && notation.digit === undefined ? this.reg >> 3 : 0;
    const out: number[] = [];
    if (has67) out.push(0x67);
    if (!isVex && size === 16) out.push(0x66);
    if (!isVex && prefix !== undefined && prefix !== 'none') out.push(Number.parseInt(prefix, 16));
    if (isVex) {
      const implied = { none: 0, 66: 1, F3: 2, F2: 3 }[prefix ?? 'none'];
      const v = form.operands.some(({ source }) => source === 'vvvv') ? this.vvvv : 0;
      out.push(0xc4, ((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | map);
      out.push(((size === 64 ? 1 : 0) << 7) | ((v ^ 15) << 3) | implied);
    } else {
      const rex = (isWide ? 8 : 0) | (r << 2) | (x << 1) | b;
      // Without REX byte registers 4 to 7 are ah to bh.
      if (mode === 0 && (rex !== 0 || this.random.below(4) === 0)) out.push(0x40 | rex);
      out.push(...([[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]][map] ?? []));
    }
    out.push(hasRegister ? opcode | (this.opcodeRegister & 7) : opcode);
    if (hasModRm) {
      const field = (notation.digit ?? this.reg & 7) << 3;
      if (modRm !== undefined) out.push(modRm);
      else if (address) out.push(address.modRm | field, ...address.rest);
      else out.push(0xc0 | field | (this.rm & 7));
    }
    const immediates = notation.immediates.flatMap((length) => this.immediate(length));
    out.push(...immediates);
    if (address?.ripTarget !== undefined) {
      const at = address.ripAt + out.length - immediates.length - 4 - address.ripAt;
      const distance = address.ripTarget - (CODE + BigInt(out.length));
      out.splice(at, 4, ...bytes(BigInt.asUintN(32, distance), 4));
    }
    return Uint8Array.from(out);
  }

  private isMoffs(): boolean {
    return this.form.notation.immediates.includes('address');
  }

  /** Registers among the operands that are no memory. */
  private usesAsValue(register: number): boolean {
    const { form } = this;
    return form.operands.some((spec: OperandSpec, at) => {
      if (at === form.memoryAt) return false;
      const number = { reg: this.reg, opcode: this.opcodeRegister, vvvv: this.vvvv }[spec.source as string];
      return (
        number === register || (spec.bits === 8 && number !== undefined && number < 8 && (number & 3) === register)
      );
    });
  }

  private isFixed(register: number): boolean {
    return register <= RBX && FIXED.test(this.form.mnemonic);
  }

  private address(has67: boolean) {
    const { random, mode, registers } = this;
    const target = MIDDLE + BigInt(random.below(32)) * (this.form.mnemonic === 'cmpxchg16b' ? 16n : 1n);
    if (/^cmpxchg/.test(this.form.mnemonic) && random.below(2)) this.expect(Number(target - DATA));
    if (mode === 0 && random.below(5) === 0) {
      return { modRm: 5, rest: [0, 0, 0, 0], x: 0, b: 0, ripTarget: target, ripAt: 0 };
    }
    if (random.below(6) === 0) {
      // 32 bits are sign-extended: in 64-bit mode only with 67 they reach the data.
      const rest = bytes(target, 4);
      if (mode === 1) return { modRm: 5, rest, x: 0, b: 0, ripAt: 0 };
      if (has67) return { modRm: 4, rest: [0x25, ...rest], x: 0, b: 0, ripAt: 0 };
    }
    const count = mode === 0 ? 16 : 8;
    const pick = (except: readonly number[]): number => {
      for (;;) {
        const register = random.below(count);
        if (!except.includes(register) && !this.usesAsValue(register) && !this.isFixed(register)) return register;
      }
    };
    const base = pick([]);
    const disp = random.below(256) - 128;
    const withIndex = random.below(2) === 1;
    const index = withIndex ? pick([base, RSP]) : RSP;
    const scale = random.below(4);
    const indexValue = BigInt(random.below(16));
    const start = target - BigInt(disp) - (withIndex ? indexValue << BigInt(scale) : 0n);
    // With 67 the upper halves do not count.
    const noise = has67 ? random.u64() & 0xffff_ffff_0000_0000n : 0n;
    registers.set(base, start | noise);
    if (withIndex) registers.set(index, indexValue | noise);
    const low = bytes(BigInt.asUintN(8, BigInt(disp)), 1);
    if (!withIndex && (base & 7) !== RSP) return { modRm: 0x40 | (base & 7), rest: low, x: 0, b: base >> 3, ripAt: 0 };
    const sib = (scale << 6) | ((index & 7) << 3) | (base & 7);
    return { modRm: 0x44, rest: [sib, ...low], x: index >> 3, b: base >> 3, ripAt: 0 };
  }

  /** Puts what is in memory into the accumulator. */
  private expect(at: number): void {
    const { memory } = stateOf({ mode: this.mode, seed: this.seed, registers: new Map() });
    const view = new DataView(memory.buffer);
    const isPair = /b$/.test(this.form.mnemonic) && this.form.mnemonic !== 'cmpxchg';
    const isWide = this.form.mnemonic === 'cmpxchg16b';
    const word = (from: number): bigint =>
      isPair && !isWide ? BigInt(view.getUint32(from, true)) : view.getBigUint64(from, true);
    this.registers.set(RAX, word(at));
    if (isPair) this.registers.set(RDX, word(at + (isWide ? 8 : 4)));
  }

  private immediate(length: 1 | 2 | 4 | 8 | 'z' | 'v' | 'address'): number[] {
    const { random, size, mode, form } = this;
    if (length === 'address') return bytes(MIDDLE + BigInt(random.below(16)), mode === 0 ? 8 : 4);
    const isDistance = form.operands.some(({ kind }) => kind === 'distance');
    const count = length === 'z' ? (size === 16 ? 2 : 4) : length === 'v' ? size / 8 : length;
    if (isDistance) return bytes(0x20, count);
    if (form.mnemonic === 'enter') return bytes(random.below(count === 1 ? 5 : 64), count);
    if (form.mnemonic === 'ret') return bytes(16, count);
    const isCount = /^(sh|sa|ro|rc|bt)/.test(form.mnemonic);
    return bytes(isCount && random.below(4) > 0 ? BigInt(random.below(72)) : integer(random), count);
  }
}

/** Registers that instructions may use without naming them. */
const FIXED = /^(mul|imul|i?div|cmpxchg|cmpxchg8b|cmpxchg16b|mulx|sh|sa|ro|rc|xadd)/;

/** Not executed so: where they lead is no instruction of the case. */
export const LEFT_OUT = /^(ret|jmp|call)$/;

export function* nativeCases(
  forms: readonly Form[],
  random: Random,
  each: number,
): Generator<NativeCase & { form: Form }> {
  for (const form of forms) {
    for (const mode of [0, 1] as const) {
      if (form.modes !== undefined && (form.modes === 'long') !== (mode === 0)) continue;
      if (LEFT_OUT.test(form.mnemonic)) continue;
      for (const size of form.sizes ?? ([0] as const)) {
        if (mode === 1 && size === 64) continue;
        const kinds = form.isMemoryOnly ? [true] : form.memoryAt >= 0 ? [false, true] : [false];
        for (const isMemory of kinds) {
          for (let at = 0; at < each; at++) {
            const seed = random.u32();
            const writer = new Writer(random, form, size, mode, isMemory, seed);
            const code = writer.write();
            yield { form, mode, code, seed, registers: writer.registers };
          }
        }
      }
    }
  }
}

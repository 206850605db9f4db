/** What the debugger reads off instructions, causes and registers of x86-64. */
import { describe, expect, it } from 'vitest';
import { X86_64 } from '../../../src/isa/x86_64';
import { causeOf, MARK, VECTOR, vmExitOf } from '../../../src/isa/x86_64/causes';
import { readRegister, writeRegister } from '../../../src/isa/x86_64/register-access';
import { resetState } from '../../../src/isa/x86_64/reset';
import { STATE } from '../../../src/isa/x86_64/state';
import { FakeHart } from '../../support/fake-hart';

const insn = (hex: string) => X86_64.disassemble(Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')), 0x1000n);

describe('what an instruction does with the stack', () => {
  const ROWS: readonly [bytes: string, move: bigint | undefined, accesses: unknown[]][] = [
    ['55', -8n, [{ kind: 'save', register: 'rbp', offset: -8n }]],
    ['41 57', -8n, [{ kind: 'save', register: 'r15', offset: -8n }]],
    ['5b', 8n, [{ kind: 'restore', register: 'rbx', offset: 0n }]],
    ['48 89 e5', 0n, [{ kind: 'frame', offset: 0n }]],
    ['48 8d 6c 24 10', 0n, [{ kind: 'frame', offset: 16n }]],
    ['48 83 ec 28', -40n, []],
    ['48 81 c4 88 00 00 00', 136n, []],
    ['48 89 5c 24 08', 0n, [{ kind: 'save', register: 'rbx', offset: 8n }]],
    ['48 8b 5c 24 08', 0n, [{ kind: 'restore', register: 'rbx', offset: 8n }]],
    ['48 8d 64 24 10', 16n, []],
    ['48 83 e4 f0', undefined, []],
    ['c9', undefined, []],
    ['48 89 dc', undefined, []],
    ['48 39 dc', 0n, []],
    ['6a 01', -8n, []],
    ['0f 1f 00', 0n, []],
  ];
  for (const [bytes, move, accesses] of ROWS) {
    it(`${bytes} moves the stack pointer by ${move}`, () => {
      const text = insn(bytes);
      expect(text.isValid).toBe(true);
      expect(text.stackMove).toBe(move);
      expect(X86_64.stackAccesses?.(text)).toEqual(accesses);
    });
  }

  it('a switch of tasks takes the stack pointer from elsewhere, and the end of a function does not', () => {
    const loads = (hex: string): boolean => X86_64.loadsStackPointer(insn(hex));
    expect([loads('48 89 f4'), loads('48 8b 26'), loads('48 8b 67 08')]).toEqual([true, true, true]);
    expect([loads('48 89 ec'), loads('c9'), loads('48 8b 64 24 08'), loads('5c')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('arguments that are stored or copied are told with their registers', () => {
    const store = { kind: 'store', register: 'rdi', base: 'rbp', offset: -8n, bytes: 8 };
    expect(X86_64.transfer?.(insn('48 89 7d f8'))).toEqual(store);
    expect(X86_64.transfer?.(insn('89 7d f8'))).toEqual({ ...store, bytes: 4 });
    expect(X86_64.transfer?.(insn('40 88 7d f8'))).toEqual({ ...store, bytes: 1 });
    expect(X86_64.transfer?.(insn('48 89 fb'))).toEqual({ kind: 'move', to: 'rbx', from: 'rdi' });
    expect(X86_64.transfer?.(insn('48 8b 7d f8'))).toBeUndefined();
  });
});

describe('control flow', () => {
  const ROWS: readonly [bytes: string, kind: string, length: number, target?: bigint][] = [
    ['e8 fb 0f 00 00', 'call', 5, 0x2000n],
    ['ff d0', 'call', 2],
    ['eb 0e', 'jump', 2, 0x1010n],
    ['74 0e', 'branch', 2, 0x1010n],
    ['0f 84 00 00 00 00', 'branch', 6, 0x1006n],
    ['ff e0', 'indirect', 2],
    ['c3', 'return', 1],
    ['90', 'plain', 1],
  ];
  for (const [bytes, kind, length, target] of ROWS) {
    it(`${bytes} is of the kind ${kind}`, () => {
      expect(insn(bytes)).toMatchObject({ kind, length, isValid: true, ...(target !== undefined && { target }) });
    });
  }

  it('the same bytes mean something else in other modes', () => {
    const bytes = Uint8Array.from([0xb8, 1, 0, 0, 0, 0x48]);
    expect(X86_64.disassemble(bytes, 0n, 1)).toMatchObject({ mnemonic: 'mov', length: 5 });
    expect(X86_64.disassemble(bytes, 0n, 2)).toMatchObject({ mnemonic: 'mov', length: 3 });
    expect(X86_64.disassemble(bytes.subarray(5), 0n, 1)).toMatchObject({ mnemonic: 'dec', length: 1 });
  });
});

describe('a cause', () => {
  const rowOf = (cause: number, isInterrupt = false, tval = 0n) => {
    const number = X86_64.causeNumber?.(cause, isInterrupt, tval);
    return X86_64.causes.find((row) => row.cause === number && row.isInterrupt === isInterrupt);
  };
  const detail = (cause: number, tval = 0n, second?: bigint) =>
    X86_64.causeDetail?.({ cause, isInterrupt: false, tval, ...(second !== undefined && { second }) });

  it('has one row whatever its error code, and page faults one for each kind of access', () => {
    expect(rowOf(causeOf(VECTOR.GP, 0x23))?.id).toBe('general-protection');
    expect(rowOf(causeOf(VECTOR.PF, 0x15))).toMatchObject({ id: 'fetch-page-fault', access: 'execute' });
    expect(rowOf(causeOf(VECTOR.PF, 7))).toMatchObject({ id: 'write-page-fault', access: 'write' });
    expect(rowOf(causeOf(VECTOR.PF, 0))).toMatchObject({ id: 'read-page-fault', access: 'read', tval: 'address' });
    expect(rowOf(0x21, true)?.name).toBe('Interrupt vector 0x21');
    expect(rowOf(MARK.software | 0x80)?.id).toBe('int-0x80');
    expect(rowOf(MARK.software | 0x21)?.id).toBe('int');
    expect(rowOf(MARK.software | VECTOR.BP)?.id).toBe('breakpoint');
    expect(rowOf(vmExitOf(0x7b))).toMatchObject({ id: 'vmexit-ioio', isOfGuests: true });
    expect(rowOf(vmExitOf(0x400), false, 0x1_0000_0006n)).toMatchObject({ group: 'guest-page-fault', access: 'write' });
  });

  it('has a number of its own and an id of its own in each row', () => {
    const keys = X86_64.causes.map(({ cause, isInterrupt }) => `${cause} ${isInterrupt}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(X86_64.causes.map(({ id }) => id)).size).toBe(keys.length);
  });

  it('tells its error code in words', () => {
    expect(detail(causeOf(VECTOR.GP, 0x18))).toBe('error code 0x18 (selector 0x18 of the GDT)');
    expect(detail(causeOf(VECTOR.GP, 0x6b))).toBe(
      'error code 0x6b (vector 13 of the IDT, while an event was delivered)',
    );
    expect(detail(causeOf(VECTOR.GP))).toBe('error code 0');
    expect(detail(causeOf(VECTOR.PF, 5))).toBe('error code 0x5 (ring 3, not permitted)');
    expect(detail(causeOf(VECTOR.UD))).toBeUndefined();
    expect(detail(MARK.software | 0x21)).toBe('INT 0x21');
    expect(detail(vmExitOf(0x400), 0x2_0000_0006n)).toBe("write, not present, while the guest's table was walked");
    expect(detail(vmExitOf(0x7b), 0x21_0010n, 0x1002n)).toBe('OUT port 0x21, 1 byte, next 0x1002');
  });
});

describe('registers', () => {
  const processor = () => {
    const hart = new FakeHart(STATE);
    resetState(hart, { cpu: 0 });
    return hart;
  };

  it('are written and read by all their names', () => {
    const hart = processor();
    for (const { name, bits, isWritable, number } of X86_64.registers) {
      const now = readRegister(hart, name);
      expect(now, name).toBeDefined();
      if (number !== undefined && isWritable) {
        // Of model-specific registers not all bits can be written.
        expect(writeRegister(hart, name, now ?? 0n), name).toBe(true);
        expect(readRegister(hart, name), name).toBe(now);
        continue;
      }
      if (!isWritable || ['cr0', 'cr4', 'efer', 'rflags', 'fsw'].includes(name)) continue;
      const value = BigInt.asUintN(Math.min(bits, 16), 0x1234n);
      expect(writeRegister(hart, name, value), name).toBe(true);
      expect(readRegister(hart, name), name).toBe(value);
    }
  });

  it('of 32 bits clear the rest, and those of 16 and 8 leave it', () => {
    const hart = processor();
    writeRegister(hart, 'rax', 0x1122_3344_5566_7788n);
    writeRegister(hart, 'ah', 0xffn);
    expect(readRegister(hart, 'RAX')).toBe(0x1122_3344_5566_ff88n);
    expect([readRegister(hart, 'ax'), readRegister(hart, 'al'), readRegister(hart, 'eax')]).toEqual([
      0xff88n,
      0x88n,
      0x5566_ff88n,
    ]);
    writeRegister(hart, 'eax', 1n);
    expect(readRegister(hart, 'rax')).toBe(1n);
  });

  it('have the numbers of the ABI in DWARF', () => {
    const names = [0, 1, 2, 3, 6, 7, 8, 16, 17, 49, 58].map((dwarf) => X86_64.registerOfDwarf(dwarf)?.name);
    expect(names).toEqual(['rax', 'rdx', 'rcx', 'rbx', 'rbp', 'rsp', 'r8', 'rip', 'xmm0', 'rflags', 'fs_base']);
  });

  it('are model-specific ones, too, of which the bits that software can write are written', () => {
    const hart = processor();
    expect(X86_64.register('LSTAR')).toMatchObject({ number: 0xc000_0082, section: 'System Calls' });
    writeRegister(hart, 'LSTAR', 0xffff_8000_0010_0000n);
    expect(readRegister(hart, 'LSTAR')).toBe(0xffff_8000_0010_0000n);
    expect(X86_64.registers.filter(({ name }) => /^(efer|fs_base|gs_base)$/i.test(name)).length).toBe(3);
  });

  it('ST(i) is the physical register i behind the top of the stack', () => {
    const hart = processor();
    writeRegister(hart, 'fsw', 0x3800n);
    writeRegister(hart, 'st1', 5n);
    expect(hart.read('st', 0)).toBe(5n);
    expect(readRegister(hart, 'fsw')).toBe(0x3800n);
  });
});

it('code with VMRUN in it runs guests', () => {
  expect(X86_64.runsGuests?.(Uint8Array.from([0x90, 0x0f, 0x0f, 0x01, 0xd8, 0xc3]))).toBe(true);
  expect(X86_64.runsGuests?.(Uint8Array.from([0x90, 0x0f, 0x01, 0xd9, 0xc3]))).toBe(false);
});

it('registers of interrupted code have a selector in CS and bit 1 of RFLAGS', () => {
  const can = (cs: bigint, rflags: bigint) => X86_64.canBeInterrupted?.((name) => ({ cs, rflags })[name]);
  expect([can(8n, 0x246n), can(0x33n, 2n)]).toEqual([true, true]);
  expect([can(0n, 0x246n), can(3n, 2n), can(0x1_0008n, 2n), can(8n, 0x244n), can(8n, 0xa_0000_0202n)]).toEqual(
    Array(5).fill(false),
  );
  expect(X86_64.canBeInterrupted?.(() => undefined)).toBe(true);
});

import { describe, expect, it } from 'vitest';
import { hex } from '../../src/base/address';
import { finish } from '../../src/base/work';
import { type DisassemblyRow, disassembly } from '../../src/debug/disassembly';
import type { DebugTarget } from '../../src/debug/target';
import { BundledTarget } from '../support/bundled-target';
import { cProgram, type DrivenTarget, trapsKernel } from '../support/debug-target';

const rows = (target: DebugTarget, address: bigint, offset: number, count: number): DisassemblyRow[] =>
  finish(disassembly(target, target.cpu(0), { space: 'va', address }, offset, count));

const stopped = (driven: DrivenTarget, mark: string): DebugTarget => {
  driven.breakAt(mark);
  driven.go();
  return driven.target;
};

const inProducer = async (): Promise<DebugTarget> => {
  const driven = await BundledTarget.open('msgqueue');
  driven.goTo('src/main.rs', 'queue.lock().push_back(message);');
  return driven.target;
};

describe('disassembly', () => {
  it.each([
    ['a kernel', async () => stopped(trapsKernel(), 'main')],
    ['optimised code', async () => stopped(cProgram('c-o2-dwarf5'), 'clamp')],
    ['Rust code', inProducer],
  ])('of %s: what a view asks for while it scrolls are pieces of one sequence', async (_, make) => {
    const target = await make();
    const { pc } = target.cpu(0);
    const whole = rows(target, pc, -700, 1400);
    expect(whole[700]?.addressText).toBe(hex(pc));
    for (const [offset, count] of [
      [-1, 1],
      [-3, 7],
      [-50, 50],
      [-200, 400],
      [-251, 50],
      [-700, 20],
      [1, 3],
      [200, 50],
    ] as const) {
      expect(rows(target, pc, offset, count), `${count} from ${offset}`).toEqual(
        whole.slice(700 + offset, 700 + offset + count),
      );
    }
  });

  it('begins a row where each function begins, whatever data lies before it', async () => {
    const target = await inProducer();
    const image = target.images.all[0]!;
    const functions = image.program.elf.symbols.filter(({ kind, size }) => kind === 'function' && size > 0n);
    const { va } = image.placements.find((place) => place.va <= functions[0]!.address)!;
    const last = functions.at(-1)!;
    const starts = new Set<string>();
    for (let at = functions[0]!.address as bigint; at <= last.address; ) {
      const page = rows(target, at, 0, 2000);
      for (const row of page) starts.add(row.addressText);
      at = BigInt(page.at(-1)!.addressText);
    }
    expect(va).toBeGreaterThan(0n);
    expect(functions.filter(({ address }) => !starts.has(hex(address))).map(({ demangled }) => demangled)).toEqual([]);
  });

  it('goes on above and below a hole in memory', () => {
    const { target } = trapsKernel();
    // The flash banks end at 0x24000000.
    expect(rows(target, 0x24000004n, -4, 5).map(({ addressText, isValid }) => `${addressText} ${isValid}`)).toEqual([
      '0x23fffffc true',
      '0x23fffffe true',
      '0x24000000 false',
      '0x24000002 false',
      '0x24000004 false',
    ]);
  });

  it('says of rows below 0 and above the top that they are nowhere, so that views leave them out', () => {
    const { target } = trapsKernel();
    const texts = (address: bigint, offset: number, count: number) =>
      rows(target, address, offset, count).map(({ addressText }) => addressText);
    expect(texts(2n, -3, 5)).toEqual(['-1', '-1', '0x0', '0x2', '0x4']);
    expect(texts((1n << 64n) - 2n, 0, 3)).toEqual(['0xfffffffffffffffe', '-1', '-1']);
  });
});

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { canHaveGuests } from '../../src/entry/guest-support';
import { elfCode } from '../../src/image/elf-code';
import { RISCV64 } from '../../src/isa/riscv64';

const unpacked = (path: string) => new Uint8Array(gunzipSync(readFileSync(path)));
const traps = unpacked('test/debug/fixtures/traps.elf.gz');
const sizes = (parts: readonly Uint8Array[]) => parts.map(({ length }) => length);

/** A copy with bytes changed in its file header. */
const changed = (offset: number, ...bytes: number[]): Uint8Array => {
  const copy = traps.slice();
  copy.set(bytes, offset);
  return copy;
};

describe('the code of an ELF', () => {
  it('is its executable sections, or its executable segments where it has no section headers', () => {
    const sections = elfCode(traps);
    expect(sections.length).toBeGreaterThan(0);
    const segments = elfCode(changed(60, 0, 0));
    expect(segments.length).toBeGreaterThan(0);
    const sum = (parts: readonly Uint8Array[]) => sizes(parts).reduce((all, one) => all + one, 0);
    expect(sum(segments)).toBeGreaterThanOrEqual(sum(sections));
  });

  it('is empty for what is cut short, or is no 64-bit little-endian ELF', () => {
    expect(elfCode(new Uint8Array())).toEqual([]);
    expect(elfCode(traps.subarray(0, 63))).toEqual([]);
    expect(elfCode(changed(4, 1))).toEqual([]);
    expect(elfCode(changed(5, 2))).toEqual([]);
    expect(elfCode(changed(1, 0))).toEqual([]);
    // Tables and parts that lie outside.
    const nowhere = [255, 255, 255, 255, 255, 255, 255, 127];
    expect(elfCode(changed(40, ...nowhere))).toEqual(elfCode(changed(60, 0, 0)));
    const none = changed(40, ...nowhere);
    none.set(nowhere, 32);
    expect(elfCode(none)).toEqual([]);
  });
});

describe('a launch without kernel.json', () => {
  it.each([
    ['test/debug/fixtures/traps.elf.gz', false],
    ['test/dap/fixtures/usermode.elf.gz', false],
    ['kernels/prebuilt/msgqueue-riscv64.elf.gz', false],
    ['kernels/prebuilt/lazymapping-riscv64.elf.gz', false],
    ['kernels/prebuilt/guestmonolithickernel-riscv64.elf.gz', true],
  ])('of %s can have guests: %j', (path, wanted) => {
    const launch = { program: path };
    expect(canHaveGuests(launch, { kernel: unpacked(path), worlds: [] }, RISCV64)).toBe(wanted);
  });
});

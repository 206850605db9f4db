import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import { SymbolError } from '../../src/symbols/error';
import { elfBytes, programOf, reader } from './built-programs';

const program = programOf('c-o2-dwarf5');

/** The message of the error a file is refused with. */
function refusal(bytes: Uint8Array): string {
  try {
    reader.read('kernel.elf', bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(SymbolError);
    return (error as SymbolError).message;
  }
  return 'not refused';
}

describe('an ELF file', () => {
  it('tells machine, entry and build id', () => {
    const { machine, addressSize, isLittleEndian, entry, buildId } = program.elf;
    expect({ machine, addressSize, isLittleEndian, entry }).toEqual({
      machine: 'riscv64',
      addressSize: 8,
      isLittleEndian: true,
      entry: 0x80000000n,
    });
    expect(buildId).toMatch(/^[0-9a-f]{40}$/);
  });

  it('lists loadable segments with both addresses and flags', () => {
    const [first] = program.elf.segments;
    expect(first).toMatchObject({ vaddr: 0x80000000n, paddr: 0x80000000n });
    expect(first?.flags.execute).toBe(true);
    expect(program.elf.segments.every((s) => s.filesz <= s.memsz)).toBe(true);
  });

  it('lists sections; those not loaded have address 0', () => {
    const byName = new Map(program.elf.sections.map((s) => [s.name, s]));
    expect(byName.get('.text')).toMatchObject({ address: 0x80000000n, isExecutable: true, isWritable: false });
    expect(byName.get('.bss')).toMatchObject({ isWritable: true, isExecutable: false });
    expect(byName.get('.debug_info')?.address).toBe(0n);
  });

  it('gives the bytes the file loads, zeroes in .bss and nothing elsewhere', () => {
    const [second] = program.lookup('second');
    const name = program.bytesAt(va(second!.address + 8n), 8);
    const pointer = new DataView(name!.buffer).getBigUint64(0, true);
    expect(new TextDecoder().decode(program.bytesAt(va(pointer), 7))).toBe('second\0');
    const [top] = program.lookup('stack_top');
    expect(program.bytesAt(va(top!.address - 4n), 4)).toEqual(new Uint8Array(4));
    expect(program.bytesAt(va(0x1000n), 4)).toBeUndefined();
    expect(program.bytesAt(va(0x80000000n), 1 << 30)).toBeUndefined();
  });

  it('sorts symbols by address and leaves out what only linkers care for', () => {
    const { symbols } = program.elf;
    expect(symbols.every((s, i) => i === 0 || symbols[i - 1]!.address <= s.address)).toBe(true);
    expect(symbols.filter((s) => /^(\$x|\.L)/.test(s.name))).toEqual([]);
    expect(symbols.find((s) => s.name === 'leaf')).toMatchObject({
      kind: 'function',
      isGlobal: false,
      section: '.text',
    });
    expect(symbols.find((s) => s.name === 'first')).toMatchObject({ kind: 'object', isGlobal: true });
  });

  it('finds the symbol around an address, and how far in', () => {
    const leaf = program.elf.symbols.find((s) => s.name === 'leaf')!;
    expect(program.symbolAt(va(leaf.address + 6n))).toMatchObject({ symbol: { name: 'leaf' }, offset: 6n });
    expect(program.symbolAt(leaf.address)?.offset).toBe(0n);
    expect(program.symbolAt(va(leaf.address + leaf.size))?.symbol.name).not.toBe('leaf');
    expect(program.symbolAt(va(0x100n))).toBeUndefined();
  });

  it('demangles Rust names and finds them mangled or not', () => {
    const rust = programOf('rust-release-dwarf5');
    const [area] = rust.lookup('Shape::area');
    expect(area).toMatchObject({ demangled: '<shapes::Shape as shapes::Area>::area', kind: 'function' });
    expect(rust.lookup(area!.name)).toEqual([area]);
  });
});

describe('a file that is no symbol file', () => {
  it('is refused with the file, the reason and the next step', () => {
    expect(refusal(new Uint8Array())).toBe(
      'kernel.elf: the file is empty. Build the kernel again, or name another file.',
    );
    expect(refusal(new TextEncoder().encode('hello world'))).toBe(
      'kernel.elf: the file is not an ELF file. Name the linked kernel with its symbols (often without an extension, or .elf), not the flat image made from it.',
    );
    expect(refusal(new Uint8Array([0x1f, 0x8b, 8, 0]))).toContain('compressed with gzip: name the decompressed file');
    expect(refusal(elfBytes('c-o0-dwarf4').slice(0, 40))).toBe(
      'kernel.elf: the file has a damaged ELF header or section table. Build the kernel again, or name another file.',
    );
  });

  it('is refused without hurting the next one', () => {
    refusal(new Uint8Array([1, 2, 3]));
    expect(programOf('c-o0-dwarf4').functions('leaf')).toHaveLength(1);
  });

  it('of another machine is read, and says which', () => {
    const bytes = elfBytes('c-o0-dwarf4');
    bytes[18] = 62;
    expect(reader.read('x.elf', bytes).elf.machine).toBe('x86_64');
    bytes[18] = 8;
    expect(reader.read('x.elf', bytes).elf.machine).toBe('elf-machine-8');
  });
});

/** Where a text lies in some bytes. */
function indexOfText(bytes: Uint8Array, text: string): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(text);
}

describe('a name in the legacy mangling', () => {
  it('is demangled without its hash', () => {
    const bytes = elfBytes('rust-release-dwarf5');
    const v0 = programOf('rust-release-dwarf5').lookup('Shape::area')[0]!.name;
    const room = v0.length - '_ZN6shapes'.length - '17h0123456789abcdefE'.length;
    const last = 'x'.repeat(room - 2);
    const legacy = `_ZN6shapes${last.length}${last}17h0123456789abcdefE`;
    expect(legacy).toHaveLength(v0.length);
    const strings = programOf('rust-release-dwarf5').elf.sections.find((s) => s.name === '.strtab')!.offset;
    bytes.set(new TextEncoder().encode(legacy), strings + indexOfText(bytes.subarray(strings), v0));
    const [symbol] = reader.read('legacy.elf', bytes).lookup(`shapes::${last}`);
    expect(symbol).toMatchObject({ name: legacy, demangled: `shapes::${last}` });
  });
});

describe('what cannot be read of a file', () => {
  it('is told as a problem with the way out: compressed sections', () => {
    const bytes = elfBytes('c-o0-dwarf5');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const headers = Number(view.getBigUint64(40, true));
    const index = programOf('c-o0-dwarf5').elf.sections.findIndex((s) => s.name === '.debug_info') + 1;
    // What is there begins with no header of a compression.
    const SHF_COMPRESSED = 0x800n;
    view.setBigUint64(headers + index * 64 + 8, SHF_COMPRESSED, true);
    const damaged = reader.read('x.elf', bytes);
    expect(damaged.hasDebugInfo).toBe(false);
    expect(damaged.lookup('leaf')).toHaveLength(1);
    expect(damaged.problems).toEqual([
      '.debug_info lies beyond the end of the file, which is probably truncated; copy or build it again',
    ]);
  });

  it('is told as a problem with the way out: a cut-off segment', () => {
    const bytes = elfBytes('c-o0-dwarf5');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const programHeaders = Number(view.getBigUint64(32, true));
    const count = view.getUint16(56, true);
    for (let i = 0; i < count; i++) view.setBigUint64(programHeaders + i * 56 + 32, 1n << 40n, true);
    expect(reader.read('x.elf', bytes).problems[0]).toMatch(
      /^segment \d+ reaches beyond the end of the file, which is probably truncated; copy or build it again$/,
    );
  });
});

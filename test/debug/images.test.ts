/** Which image is at an address that several programs share. */
import { describe, expect, it } from 'vitest';
import { type Pa, pa, type Va, va } from '../../src/base/address';
import type { ImageWorld } from '../../src/debug/image-world';
import { ImageSet, placementsOf } from '../../src/debug/images';
import { ALL_ADDRESSES, type World } from '../../src/isa/core/world';
import type { ElfImage, Program } from '../../src/symbols/types';

const BASE = 0x1000n;
const SIZE = 0x2000;

/** A program of these bytes at {@link BASE}. */
function program(path: string, bytes: Uint8Array): Program {
  const segment = {
    vaddr: va(BASE),
    paddr: pa(BASE),
    offset: 0,
    filesz: BigInt(bytes.length),
    memsz: BigInt(bytes.length),
    flags: { read: true, write: false, execute: true },
  };
  const bytesAt = (at: Va, length: number) => {
    const from = Number(at - BASE);
    return from < 0 || from + length > bytes.length ? undefined : bytes.subarray(from, from + length);
  };
  const elf = { segments: [segment] } as Partial<ElfImage> as ElfImage;
  return { path, elf, bytesAt } as Partial<Program> as Program;
}

const filled = (byte: number) => new Uint8Array(SIZE).fill(byte);
/** Bytes as `filled` that differ in the second page only. */
const begunAs = (byte: number, rest: number) => filled(byte).fill(rest, 0x1800);

function setOf(images: Readonly<Record<string, readonly [Uint8Array, ImageWorld[]?]>>): ImageSet {
  const set = new ImageSet();
  for (const [name, [bytes, worlds]] of Object.entries(images)) {
    const made = program(name, bytes);
    set.add(name, made, placementsOf(made, { isLoadedByGuest: true }), worlds);
  }
  return set;
}

const memory = (bytes: Uint8Array) => (at: bigint, length: number) => {
  const from = Number(at - BASE);
  return from < 0 || from + length > bytes.length ? undefined : bytes.slice(from, from + length);
};

const world = (more: Partial<World> = {}): World => ({
  isa: 'riscv64',
  mode: 'U',
  rank: 2,
  guest: false,
  level: 'user',
  asid: 0,
  vmid: 0,
  roots: [{ stage: 1, table: pa(0x8000_0000n), ...ALL_ADDRESSES, register: 'satp', asid: 0 }],
  ...more,
});

describe('programs at one address', () => {
  it('are told apart by their world, without a look at memory', () => {
    const set = setOf({ host: [filled(1), ['user']], guest: [filled(1), ['guest user']] });
    expect(set.find(BASE, undefined, world())?.image.name).toBe('host');
    expect(set.find(BASE, undefined, world({ guest: true }))?.image.name).toBe('guest');
    expect(set.find(BASE, undefined, world({ level: 'kernel' }))).toBeUndefined();
  });

  it('are told apart by what is in memory', () => {
    const set = setOf({ one: [filled(1)], two: [filled(2)] });
    expect(set.find(BASE + 8n, memory(filled(2)), world())?.image.name).toBe('two');
    expect(set.find(BASE + 8n, memory(filled(3)), world())).toBeUndefined();
  });

  it('are told apart by the rest of their code where they begin alike', () => {
    const set = setOf({ one: [begunAs(1, 5)], two: [begunAs(1, 6)] });
    expect(set.find(BASE, memory(begunAs(1, 6)), world())?.image.name).toBe('two');
    expect(set.find(BASE, memory(begunAs(1, 5)), world())?.image.name).toBe('one');
  });

  it('that said their world come before those that did not', () => {
    const set = setOf({ anywhere: [filled(1)], declared: [filled(1), ['user']] });
    expect(set.find(BASE, memory(filled(1)), world())?.image.name).toBe('declared');
    expect(set.find(BASE, memory(filled(1)), world({ level: 'kernel' }))?.image.name).toBe('anywhere');
  });

  it('are found by the address alone only when it is theirs alone', () => {
    expect(setOf({ one: [filled(1)] }).only(BASE)?.image.name).toBe('one');
    expect(setOf({ one: [filled(1)], two: [filled(2)] }).only(BASE)).toBeUndefined();
  });
});

describe('the places of a program', () => {
  const segment = (vaddr: bigint, paddr: bigint, execute: boolean) => ({
    ...{ vaddr: va(vaddr), paddr: pa(paddr), offset: 0, filesz: 0xc0n, memsz: 0xc0n },
    flags: { read: true, write: !execute, execute },
  });
  const placesOf = (segments: ElfImage['segments'], ram: { base: Pa; size: number }[]) => {
    const elf = { segments } as Partial<ElfImage> as ElfImage;
    return placementsOf({ elf } as Partial<Program> as Program, { ram }).map(({ link }) => link);
  };
  const code = segment(0xffff_8000_0020_0000n, 0x20_0000n, true);
  const high = [{ base: pa(0x8000_0000n), size: 1 << 20 }];
  const low = [{ base: pa(0n), size: 1 << 28 }];

  it('are not at 0 for a template that is loaded elsewhere, wherever RAM begins', () => {
    const template = segment(0n, 0xffff_8000_0022_d000n, false);
    expect(placesOf([code, template], high)).toEqual([code.vaddr]);
    expect(placesOf([code, template], low)).toEqual([code.vaddr]);
  });

  it('are at 0 for what is loaded there, and for programs whose code begins there', () => {
    const vectors = segment(0n, 0n, false);
    expect(placesOf([code, vectors], low)).toEqual([code.vaddr, 0n]);
    expect(placesOf([segment(0n, 0x8000_0000n, true)], high)).toEqual([0n]);
  });
});

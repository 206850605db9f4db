/** Linux kernels that unpack themselves as EFI programs are unpacked by the loader. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planLoongarch64 } from '../../src/machine/boards/loongarch64-virt/boot';
import { planRiscv64 } from '../../src/machine/boards/riscv64-virt/boot';
import { LoadError } from '../../src/machine/boot/load-error';
import type { LoadPlan } from '../../src/machine/boot/load-plan';
import { chooseBoard } from '../../src/machine/create';
import { SEED } from '../support/random';

const LINUX_PE = Uint8Array.of(0xcd, 0x23, 0x82, 0x81);
const PE_AT = 0x40;
const MACHINES = { riscv64: 0x5064, loongarch64: 0x6264, aarch64: 0xaa64, x86_64: 0x8664, arm: 0x01c2 } as const;

/** A file with a PE header for `machine` and Linux's magic word, as all EFI programs made by Linux begin. */
const efiProgram = (machine: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('MZ'));
  bytes.set(LINUX_PE, 0x38);
  view.setUint32(0x3c, PE_AT, true);
  bytes.set(new TextEncoder().encode('PE\0\0'), PE_AT);
  view.setUint16(PE_AT + 4, machine, true);
  return bytes;
};

/** An Image that is entered 64 bytes from its start and lies at 2 MiB. */
const loongarchImage = (): Uint8Array => {
  const bytes = efiProgram(MACHINES.loongarch64, 0x400).fill(0x5a, 0x80);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0x08, 0x20_0040n, true);
  view.setBigUint64(0x10, 0x1000n, true);
  view.setBigUint64(0x18, 0x20_0000n, true);
  return bytes;
};

const riscvImage = (): Uint8Array => {
  const bytes = new Uint8Array(0x400).fill(0x5a, 0x80);
  new DataView(bytes.buffer).setBigUint64(0x08, 0x20_0000n, true);
  bytes.set(new TextEncoder().encode('RSC\x05'), 0x38);
  return bytes;
};

/** A frame of one block that is stored, with a window of 128 MiB as Linux's build asks for. @see RFC 8878, section 3.1.1 */
const zstd = (bytes: Uint8Array): Uint8Array => {
  const block = (bytes.length << 3) | 1;
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x88, block, block >> 8, block >> 16, ...bytes);
};
const METHODS = { gzip: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)), zstd } as const;

const zboot = (method: string, machine: number, payload: Uint8Array, size: number): Uint8Array => {
  const start = 0x100;
  const bytes = efiProgram(machine, start + payload.length + 0x80);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('zimg'), 4);
  view.setUint32(8, start, true);
  view.setUint32(12, payload.length, true);
  bytes.set(new TextEncoder().encode(method), 24);
  bytes.set(payload, start);
  // gzip says the size itself; behind other payloads it follows.
  if (method !== 'gzip') view.setUint32(start + payload.length, size, true);
  return bytes;
};
const packed = (method: keyof typeof METHODS, image: Uint8Array, machine: number): Uint8Array =>
  zboot(method, machine, METHODS[method](image), image.length);

const planned = (bytes: Uint8Array): LoadPlan =>
  planLoongarch64({ memory: 128 << 20, harts: 1, kernel: { name: 'vmlinuz', bytes } });

describe('a kernel that unpacks itself', () => {
  it.each(Object.keys(METHODS) as (keyof typeof METHODS)[])('is loaded unpacked where its payload is %s', (method) => {
    const image = loongarchImage();
    const { segments, entry, format } = planned(packed(method, image, MACHINES.loongarch64));
    expect({ entry, format }).toEqual({ entry: 0x20_0040, format: 'linux-image' });
    expect(segments[0]).toMatchObject({ name: 'vmlinuz', pa: 0x20_0000, memsz: 0x1000 });
    expect(segments[0]?.bytes).toEqual(image);
  });

  it('is taken by the machine that its PE header names', () => {
    const image = riscvImage();
    const kernel = { name: 'vmlinuz', bytes: packed('gzip', image, MACHINES.riscv64) };
    expect(chooseBoard({ kernel }).arch).toBe('riscv64');
    const { segments, entry } = planRiscv64({ memory: 128 << 20, harts: 1, kernel });
    expect(entry).toBe(0x8020_0000);
    expect(segments[0]?.bytes).toEqual(image);
  });

  const rows: readonly (readonly [name: string, bytes: Uint8Array, message: string])[] = [
    [
      'a method that is not known',
      zboot('xzkern', MACHINES.loongarch64, new Uint8Array(64), 64),
      'vmlinuz: it is a kernel that unpacks itself as an EFI program, compressed with xzkern. Give the Image it was made from, or one compressed with gzip or zstd.',
    ],
    [
      'a method that is a name of every object',
      zboot('toString', MACHINES.loongarch64, new Uint8Array(64), 64),
      'compressed with toString',
    ],
    [
      'a payload that is cut off',
      packed('zstd', loongarchImage(), MACHINES.loongarch64).slice(0, 0x200),
      'vmlinuz: its compressed kernel ends at 0x509, past the end of the file (0x200). Make or download it again.',
    ],
    [
      'a payload that is no zstd',
      zboot('zstd', MACHINES.loongarch64, new Uint8Array(64).fill(7), 64),
      'vmlinuz: its compressed kernel cannot be unpacked: ',
    ],
    [
      'a size that no kernel has',
      zboot('zstd', MACHINES.loongarch64, zstd(new Uint8Array(64)), 0xffff_ffff),
      'vmlinuz: its header has impossible sizes',
    ],
    [
      'a kernel for another machine inside',
      packed('zstd', riscvImage(), MACHINES.loongarch64),
      'vmlinuz: this is a Linux Image for RISC-V, and the machine is loongarch64.',
    ],
    [
      'an EFI program of Linux for a machine that is none here',
      efiProgram(MACHINES.arm, 0x400),
      'vmlinuz: this is a Windows or EFI program',
    ],
    [
      "x86's bzImage, which has LoongArch's magic word",
      efiProgram(MACHINES.x86_64, 0x400),
      'vmlinuz: this is a Linux Image for x86-64, and the machine is loongarch64.',
    ],
  ];
  it.each(rows)('%s says what is wrong and what to do', (_name, bytes, message) => {
    expect(() => planned(bytes)).toThrow(LoadError);
    expect(() => planned(bytes)).toThrow(message);
  });

  it('any damaged one gives a plan or a LoadError', () => {
    const base = packed('zstd', loongarchImage(), MACHINES.loongarch64);
    const edit = fc.record({ at: fc.nat(base.length - 1), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), fc.nat(base.length), (edits, cut) => {
        const bytes = base.slice(0, Math.max(cut, 0x40));
        for (const { at, value } of edits) if (at < bytes.length) bytes[at] = value;
        try {
          planned(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(LoadError);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

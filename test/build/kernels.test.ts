import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listKernels } from '../../src/build/kernel-list';
import { readCargoPackage } from '../../src/build/kernels/cargo-package';
import { buildTargets } from '../../src/build/kernels/catalogue';
import { flashBank, kernelFile } from '../../src/build/kernels/media';
import { qemuArguments, qemuDiscrepancy } from '../../src/build/kernels/qemu';
import { kernelTargets } from '../../src/build/kernels/repository';

const root = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'worldstep-build-'));
afterAll(() => rmSync(folder, { recursive: true }));

const build = {
  board: 'riscv64-virt',
  memory: '16M',
  image: { file: 'out/tiny.elf', format: 'flat', load: '0x80200000', crate: '.' },
};

/** A kernel.json of a user's, with one architecture. */
function written(architectures: object): string {
  const file = join(folder, 'kernel.json');
  const kernel = { name: 'tiny', title: 'Tiny', description: 'Does nothing.', expectedOutput: 'lines.txt' };
  writeFileSync(file, JSON.stringify({ ...kernel, panicMarkers: ['panicked at'], architectures }));
  return file;
}

describe("what a user's kernel.json says to build", () => {
  it('is each program with a crate, then the kernel', () => {
    const programs = [
      { name: 'app', crate: 'payload/app', file: 'out/app.elf.gz', world: 'user' },
      { name: 'data', file: 'data.elf', world: 'user' },
    ];
    const [target] = buildTargets(written({ riscv64: { ...build, programs } }));
    expect(target).toMatchObject({ id: 'tiny-riscv64', folder, architecture: 'riscv64' });
    expect(target?.steps).toEqual([
      { program: 'app', crate: join(folder, 'payload/app'), file: join(folder, 'out/app.elf.gz') },
      { crate: join(folder, '.'), file: join(folder, 'out/tiny.elf') },
    ]);
  });

  it('is each mode of an architecture behind it, with the features of the kernel', () => {
    const programs = [{ name: 'app', crate: 'payload/app', file: 'out/app.elf', world: 'user' }];
    const modes = { small: { title: 'in small', file: 'out/small.elf', features: ['small'] } };
    const targets = buildTargets(written({ riscv64: { ...build, programs, modes } }), 'riscv64');
    expect(targets.map(({ id, mode }) => [id, mode])).toEqual([
      ['tiny-riscv64', undefined],
      ['tiny-riscv64-small', 'small'],
    ]);
    expect(targets[1]?.steps).toEqual([
      { program: 'app', crate: join(folder, 'payload/app'), file: join(folder, 'out/app.elf') },
      { crate: join(folder, '.'), file: join(folder, 'out/small.elf'), features: ['small'] },
    ]);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'no file',
      () => buildTargets(join(folder, 'none/kernel.json')),
      /none\/kernel\.json cannot be read: .*Name a kernel/,
    ],
    [
      'another architecture',
      () => buildTargets(written({ riscv64: build }), 'aarch64'),
      /is not for aarch64\. It is for riscv64\./,
    ],
    [
      'an architecture without a compiler',
      () => buildTargets(written({ mips: build })),
      /"architectures\.mips" is not known here; known are riscv64, aarch64, x86_64, loongarch64/,
    ],
    [
      'no crate',
      () => buildTargets(written({ riscv64: { ...build, image: { ...build.image, crate: undefined } } })),
      /"architectures\.riscv64\.image" has no "crate", so there is nothing to build\. Set it/,
    ],
    [
      'mistakes',
      () => buildTargets(written({ riscv64: { ...build, board: 'pc' } })),
      /"architectures\.riscv64\.board" must be one of/,
    ],
    ['a folder without Cargo.toml', () => readCargoPackage(folder), /Cargo\.toml is missing: "crate" in kernel\.json/],
    ['no kernel of this name', () => kernelTargets('msgqueu'), /There is no kernel "msgqueu"\. There are: .*msgqueue/],
  ])('is refused with the next step when there is %s', (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe('the console of a kernel on QEMU', () => {
  writeFileSync(join(folder, 'lines.txt'), 'logo  \nlogo\nfirst\nlast\n');
  const [target] = buildTargets(written({ riscv64: build }));
  const problem = (console: string, poweredOff = true) => qemuDiscrepancy(target!, { console, poweredOff });

  it('may begin with the firmware, even on the same line, and lines may end in blanks', () => {
    expect(problem('SeaBIOS\nBooting from ROM..logo\nlogo   \nfirst\nlast\nmore\n')).toBeUndefined();
  });

  it('is compared from the start that fits best', () => {
    expect(problem('logo\nlogo\nother\nlogo\nlogo\nfirst\nlast\n')).toBeUndefined();
  });

  it.each([
    ['a line is different', 'logo\nlogo\nfirst\nlest\n', true, /line 4 of .*lines\.txt is "last", printed was "lest"/],
    ['nothing came', '', true, /line 1 of .*lines\.txt is "logo", printed was nothing like it/],
    ['the kernel panicked', 'logo\npanicked at x\n', true, /failed on QEMU: panicked at x/],
    ['the machine stays on', 'logo\nlogo\nfirst\nlast\n', false, /all lines came, but the machine did not go off/],
  ])('fails when %s', (_, console, poweredOff, message) => {
    expect(problem(console, poweredOff)).toMatch(message);
  });
});

describe('the media of a kernel', () => {
  const [target] = kernelTargets('msgqueue', 'riscv64');

  it('are flat bytes without ELF header, and a flash bank with the firmware at its end', () => {
    expect(Buffer.from(kernelFile(target!).subarray(0, 4)).toString('latin1')).not.toBe('\x7fELF');
    writeFileSync(join(folder, 'firmware.bin'), 'BIOS');
    const bank = flashBank(target!, { size: 64, at: [{ offset: 0, text: 'PFLA' }] }, join(folder, 'firmware.bin'));
    expect(Buffer.from(bank).toString('latin1')).toBe(`PFLA${'\xff'.repeat(56)}BIOS`);
  });

  it('reach QEMU as on the command lines of the seeds', () => {
    const args = qemuArguments(target!, folder, new Uint8Array(512)).join(' ').replaceAll(folder, 'F');
    expect(args).toBe(
      '-machine virt -m 128M -nographic -no-reboot -nic none -kernel F/kernel ' +
        '-drive if=pflash,unit=1,format=raw,file=F/pflash1.img ' +
        '-drive if=none,id=disk0,format=raw,file=F/disk.img -device virtio-blk-pci,drive=disk0',
    );
  });
});

describe('the list of bundled kernels', () => {
  it('has images whose names end in their architecture, by which the extension takes them', () => {
    const targets = kernelTargets();
    expect(targets.map(({ id }) => id)).toContain('guestmonolithickernel-aarch64-stage2');
    for (const { architecture, steps } of targets) {
      for (const { file } of steps) expect(file).toMatch(new RegExp(`-${architecture}\\.elf\\.gz$`));
    }
  });

  it('names files that exist, and crates beside the kernel that it needs', () => {
    const kernels = listKernels(join(root, 'kernels'));
    for (const { folder: name, files } of kernels) {
      expect(files.filter((file) => !existsSync(join(root, 'kernels', name, file)))).toEqual([]);
    }
    expect(kernels.find(({ folder: name }) => name === 'msgqueue')?.files).toContain('../linked_list_r4l/src/lib.rs');
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of make.
import { describe, expect, test } from 'vitest';
import { cargoPrograms, cargoRunner } from '../../../src/vscode/trees/cargo-files';
import { excluded } from '../../../src/vscode/trees/exclude-patterns';
import { joined, namePattern } from '../../../src/vscode/trees/file-tree';
import { qemuCommands } from '../../../src/vscode/trees/makefile-commands';
import { readQemuWords, shellWords } from '../../../src/vscode/trees/qemu-words';

describe("QEMU's options", () => {
  const disk = (path: string, bus: string, more = {}) => ({ disks: [{ path, bus, ...more }] });
  test.each([
    ['-kernel k.elf', { kernel: 'k.elf' }],
    ['-kernel $(missing)', {}],
    ['-bios none', {}],
    ['-bios default', {}],
    ['-bios fw.bin', { bios: 'fw.bin' }],
    ['-device loader,file=k.bin,addr=0x80200000', { kernel: 'k.bin' }],
    ['-m 128', { memory: '128M' }],
    ['-m 1G', { memory: '1G' }],
    ['-m size=512m,slots=2', { memory: '512M' }],
    ['-smp 4', { harts: 4 }],
    ['-smp cpus=2,cores=2', { harts: 2 }],
    ['-smp 2,sockets=1', { harts: 2 }],
    ['-append "root=/dev/vda rw" -initrd i.cpio', { append: 'root=/dev/vda rw', initrd: 'i.cpio' }],
    ['-drive if=pflash,format=raw,unit=1,file=p.img,readonly=on', { pflash1: 'p.img' }],
    ['-drive if=pflash,file=p.img', { pflash0: 'p.img' }],
    ['-drive file=d.img,if=virtio,format=raw', disk('d.img', 'virtio-pci')],
    ['-drive file=d.img,id=a,if=none -device virtio-blk-pci,drive=a', disk('d.img', 'virtio-pci')],
    ['-drive file=d.img,id=a,if=none -device virtio-blk-device,drive=a', disk('d.img', 'virtio-mmio-legacy')],
    [
      '-drive file=d.img,id=a,readonly=on -device virtio-blk-device,drive=a -global virtio-mmio.force-legacy=false',
      disk('d.img', 'virtio-mmio', { readonly: true }),
    ],
    ['-drive file=d.img,id=a -device virtio-net-device,drive=a', {}],
  ])('%s', (line, machine) => {
    expect(readQemuWords(shellWords(line))).toEqual({ disks: [], ...machine });
  });

  test('several disks come in the order of their devices', () => {
    const line =
      '-drive file=a,id=a -drive file=b,id=b -device virtio-blk-device,drive=b -device virtio-blk-device,drive=a';
    expect(readQemuWords(shellWords(line)).disks.map(({ path }) => path)).toEqual(['b', 'a']);
  });

  test('words are split as a shell does', () => {
    expect(shellWords(String.raw`a  'b c' "d \"e" f\ g x="1 2"`)).toEqual(['a', 'b c', 'd "e', 'f g', 'x=1 2']);
  });
});

describe('a Makefile', () => {
  test.each<[string, string[], string[][]]>([
    ['variables', ['A=k', 'B = $(A).elf', 'q:', '\tqemu-system-riscv64 -kernel $B ${A}'], [['-kernel', 'k.elf', 'k']]],
    ['continued lines', ['q:', '\tqemu-system-riscv64 \\', '\t\t-m 1G'], [['-m', '1G']]],
    ['added words', ['O = -m 1G', 'O += -smp 2', 'q:', '\tqemu-system-riscv64 $(O)'], [['-m', '1G', '-smp', '2']]],
    [
      'conditionals',
      [
        'B ?= qemu',
        'ifeq ($(B), qemu)',
        'A = 1',
        'else ifeq ($(B),board)',
        'A = 2',
        'else',
        'A = 3',
        'endif',
        'ifneq ($(B),qemu)',
        'A = 4',
        'endif',
        'q:',
        'ifdef B',
        '\tqemu-system-riscv64 -smp $(A)',
        'endif',
        'ifndef B',
        '\tqemu-system-riscv64 -smp 5',
        'endif',
      ],
      [['-smp', '1']],
    ],
    ['other architectures', ['q:', '\tqemu-system-x86_64 -m 1G'], []],
    ['a program in a variable', ['Q = /opt/bin/qemu-system-riscv64', 'q:', '\t@$(Q) -m 2G'], [['-m', '2G']]],
    ['functions', ['N = $(shell nproc)', 'q:', '\tqemu-system-riscv64 -smp $(N) -m 1G'], [['-smp', '-m', '1G']]],
    ['a variable that names itself', ['A = $(A) $(A)', 'q:', '\tqemu-system-riscv64 -m 1G'], [['-m', '1G']]],
  ])('with %s', (_, lines, commands) => {
    expect(qemuCommands(lines.join('\n'), 'riscv64')).toEqual(commands);
  });
});

describe("cargo's files", () => {
  test.each([
    ['runner = "qemu-system-riscv64 -machine virt -kernel"', ['-machine', 'virt', '-kernel']],
    [`runner = ['sh', '-c', 'true']\n[x]\nrunner = ["/bin/qemu-system-riscv64", "-m", "1G"]`, ['-m', '1G']],
    ['runner = [\n "qemu-system-riscv64", # "-m", "2G"\n "-kernel" ]', ['-kernel']],
    ['runner = "qemu-system-aarch64 -kernel"', undefined],
    ['target = "x"', undefined],
  ])('%s', (text, words) => {
    expect(cargoRunner(text, 'riscv64')).toEqual(words);
  });

  test('the programs of a build are those that cargo names, once each, whatever else is printed', () => {
    const lines = [
      '{"reason":"build-script-executed","package_id":"x"}',
      '{"reason":"compiler-artifact","target":{"kind":["lib"]},"executable":null}',
      'hello from a build script',
      '{"reason": broken',
      '{"reason":"compiler-artifact","target":{"kind":["bin"]},"executable":"/w/target/debug/kernel"}',
      '{"reason":"compiler-artifact","target":{"kind":["bin"]},"executable":"/w/target/debug/kernel"}',
      '{"reason":"compiler-artifact","target":{"kind":["bin"]},"executable":"C:\\\\w\\\\target\\\\debug\\\\shell"}',
      '{"reason":"build-finished","success":true}',
    ];
    expect(cargoPrograms(lines.join('\n'))).toEqual(['/w/target/debug/kernel', 'C:\\w\\target\\debug\\shell']);
  });
});

describe('patterns', () => {
  test.each([
    ['**/.git', 'a/b/.git', true],
    ['**/.git', '.git', true],
    ['**/.git', 'a.git', false],
    ['build', 'build', true],
    ['build', 'a/build', false],
    ['**/*.o', 'a/b.o', true],
    ['*.o', 'a/b.o', false],
    ['out/**', 'out/a/b', true],
    ['out/**', 'outer', false],
    ['**/{a,b}/*.[ch]', 'x/b/y.c', true],
    ['**/{a,b}/*.[!c]', 'x/b/y.c', false],
    ['a?c', 'abc', true],
  ])('files.exclude %s: %s', (pattern, path, isExcluded) => {
    expect(excluded({ [pattern]: true })(path)).toBe(isExcluded);
    expect(excluded({ [pattern]: false })(path)).toBe(false);
    expect(excluded({ [pattern]: { when: '$(basename).c' } })(path)).toBe(false);
  });

  test('of a name have blanks and dots as they are', () => {
    expect(namePattern('{a,b}.{c,d.e}').test('b.d.e')).toBe(true);
    expect(namePattern('a.b').test('axb')).toBe(false);
  });

  test('a path stays in its tree', () => {
    expect(joined('os/src', '../../user/./x')).toBe('user/x');
    expect(joined('os', '../../x')).toBeUndefined();
  });
});

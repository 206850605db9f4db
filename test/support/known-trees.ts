/**
 * Small folders of the forms that tree-rules.ts knows, written for the tests: only the files that matter, with what
 * matters in them, as if they had been built. Programs are ELF files of one instruction.
 */
import { buildElf } from '../machine/elf-builder';
import type { FileContents } from './memory-tree';

/** An ELF of one `nop`, linked there. */
export const program = (vaddr: bigint): Uint8Array =>
  buildElf({ segments: [{ vaddr, bytes: Uint8Array.of(0x13, 0, 0, 0) }] });

const S_MODE = program(0x8020_0000n);
const M_MODE = program(0x8000_0000n);
const UPPER = program(0xffff_ffc0_8020_0000n);
const USER = program(0x1_0000n);
const TARGET = 'target/riscv64gc-unknown-none-elf';

export interface KnownTree {
  readonly files: Readonly<Record<string, FileContents>>;
  readonly name: string;
  /** What is started, as launch.json has it. */
  readonly launch: object | undefined;
  readonly build: { readonly command: string; readonly args: readonly string[]; readonly folder: string };
  /** Files of the tree that a build makes; without them the launch is the same, and they are missing. */
  readonly built: readonly string[];
}

/** By the rule that each is for. */
export const KNOWN_TREES: Readonly<Record<string, KnownTree>> = {
  linux: {
    files: {
      'arch/riscv/Kconfig': 'config RISCV\n\tdef_bool y\n',
      'init/main.c': 'void start_kernel(void)\n{\n}\n',
      'arch/riscv/boot/Image': 'MZ, and then a header',
      vmlinux: program(0xffff_ffff_8000_0000n),
      'initramfs.cpio.gz': 'packed',
    },
    name: 'Linux',
    launch: {
      program: 'arch/riscv/boot/Image',
      images: [{ path: 'vmlinux', world: 'kernel' }],
      initrd: 'initramfs.cpio.gz',
      append: 'console=ttyS0 earlycon=sbi nokaslr',
      machine: { memory: '512M' },
    },
    build: { command: 'make', args: ['ARCH=riscv', 'CROSS_COMPILE=riscv64-linux-gnu-', 'Image'], folder: '' },
    built: ['arch/riscv/boot/Image'],
  },
  zephyr: {
    files: {
      'Kconfig.zephyr': 'mainmenu "ours"\n',
      'west.yml': 'manifest:\n',
      'samples/blinky/prj.conf': '',
      'samples/blinky/CMakeLists.txt': 'find_package(Zephyr)\n',
      'build/zephyr/zephyr.elf': M_MODE,
    },
    name: 'Zephyr',
    launch: { program: 'build/zephyr/zephyr.elf', machine: { memory: '256M' } },
    build: { command: 'west', args: ['build', '-b', 'qemu_riscv64', 'samples/hello_world'], folder: '' },
    built: ['build/zephyr/zephyr.elf'],
  },
  'zephyr-application': {
    files: {
      'prj.conf': 'CONFIG_PRINTK=y\n',
      'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.20)\nfind_package(Zephyr REQUIRED)\nproject(app)\n',
      'src/main.c': 'int main(void) { return 0; }\n',
      'build/zephyr/zephyr.elf': M_MODE,
    },
    name: 'Zephyr application',
    launch: { program: 'build/zephyr/zephyr.elf', machine: { memory: '256M' } },
    build: { command: 'west', args: ['build', '-b', 'qemu_riscv64', '.'], folder: '' },
    built: ['build/zephyr/zephyr.elf'],
  },
  'u-boot': {
    files: {
      'common/board_f.c': '',
      'boot/bootm.c': '',
      Kconfig: 'mainmenu "U-Boot $(UBOOTVERSION)"\n',
      'u-boot': S_MODE,
      'tools/mkimage': 'a program for the host',
    },
    name: 'U-Boot',
    launch: { program: 'u-boot' },
    build: {
      command: 'make',
      args: ['CROSS_COMPILE=riscv64-linux-gnu-', 'qemu-riscv64_smode_defconfig', 'all'],
      folder: '',
    },
    built: ['u-boot'],
  },
  opensbi: {
    files: {
      'firmware/fw_base.S': '_start:\n',
      'platform/generic/objects.mk': 'platform-objs-y += platform.o\n',
      'build/platform/generic/firmware/fw_payload.elf': M_MODE,
      'build/platform/generic/firmware/fw_jump.elf': M_MODE,
    },
    name: 'OpenSBI',
    launch: { program: 'build/platform/generic/firmware/fw_payload.elf' },
    build: {
      command: 'make',
      args: ['PLATFORM=generic', 'CROSS_COMPILE=riscv64-linux-gnu-', 'FW_PAYLOAD=y'],
      folder: '',
    },
    built: ['build/platform/generic/firmware/fw_payload.elf'],
  },
  arceos: {
    files: {
      'modules/axhal/Cargo.toml': '[package]\nname = "axhal"\n',
      Makefile: 'ARCH ?= x86_64\nBUS ?= mmio\nall: build\n',
      '.cargo/config.toml': '[build]\ntarget = "x86_64-unknown-none"\n',
      'Cargo.toml': '[workspace]\n',
      'examples/helloworld/helloworld_riscv64-qemu-virt.elf': UPPER,
      'disk.img': 'FAT',
    },
    name: 'ArceOS',
    launch: {
      program: 'examples/helloworld/helloworld_riscv64-qemu-virt.elf',
      disk: { path: 'disk.img', bus: 'virtio-mmio-legacy' },
    },
    build: { command: 'make', args: ['ARCH=riscv64', 'build'], folder: '' },
    built: ['examples/helloworld/helloworld_riscv64-qemu-virt.elf'],
  },
  'arceos-xtask': {
    files: {
      'Cargo.toml': '[package]\nname = "arceos-demo"\n[dependencies]\naxstd = "0.3"\n',
      'Cargo.lock': '',
      '.cargo/config.toml': '[alias]\nxtask = "run --bin xtask --"\n',
      'xtask/src/main.rs': '// riscv64, aarch64 …\nfn main() {}\n',
      'configs/riscv64.toml': 'platform = "riscv64-qemu-virt"\n',
      [`${TARGET}/release/arceos-demo`]: UPPER,
      [`${TARGET}/release/gkernel`]: UPPER,
      [`${TARGET}/release/arceos-demo.d`]: 'arceos-demo: src/main.rs',
      'target/disk-riscv64.img': 'FAT',
      'target/pflash-riscv64.img': 'pfld',
    },
    name: 'arceos-demo',
    launch: {
      program: `${TARGET}/release/arceos-demo`,
      images: [{ path: `${TARGET}/release/gkernel` }],
      disk: { path: 'target/disk-riscv64.img', bus: 'virtio-pci' },
      pflash1: 'target/pflash-riscv64.img',
    },
    build: { command: 'cargo', args: ['xtask', 'build', '--arch', 'riscv64'], folder: '' },
    built: [`${TARGET}/release/arceos-demo`],
  },
  'rcore-tutorial': {
    files: {
      'os/Cargo.toml': '[package]\nname = "os"\n',
      'os/.cargo/config': '[build]\ntarget = "riscv64gc-unknown-none-elf"\n',
      'os/src/main.rs': '#![no_main]\n',
      'os/Makefile': [
        'TARGET := riscv64gc-unknown-none-elf',
        'KERNEL_ELF := target/$(TARGET)/release/os',
        'KERNEL_BIN := $(KERNEL_ELF).bin',
        'FS_IMG := ../user/target/$(TARGET)/release/fs.img',
        'run: build',
        '\t@qemu-system-riscv64 \\',
        '\t\t-machine virt -nographic \\',
        '\t\t-bios ../bootloader/sbi.bin \\',
        '\t\t-device loader,file=$(KERNEL_BIN),addr=0x80200000 \\',
        '\t\t-drive file=$(FS_IMG),if=none,format=raw,id=x0 \\',
        '        -device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0',
        '',
      ].join('\n'),
      'user/Cargo.toml': '[package]\nname = "user_lib"\n',
      'user/.cargo/config': '[build]\ntarget = "riscv64gc-unknown-none-elf"\n',
      [`os/${TARGET}/release/os`]: S_MODE,
      [`user/${TARGET}/release/shell`]: USER,
      [`user/${TARGET}/release/shell.bin`]: 'flat',
      [`user/${TARGET}/release/fs.img`]: 'files',
    },
    name: 'rCore-Tutorial',
    launch: {
      program: `os/${TARGET}/release/os`,
      images: [{ path: `user/${TARGET}/release/shell`, world: 'user' }],
      disk: { path: `user/${TARGET}/release/fs.img`, bus: 'virtio-mmio-legacy' },
    },
    build: { command: 'make', args: ['build'], folder: 'os' },
    built: [`os/${TARGET}/release/os`, `user/${TARGET}/release/fs.img`],
  },
  'xv6-riscv': {
    files: {
      'kernel/kernel.ld': 'ENTRY( _entry )\nSECTIONS { . = 0x80000000; }\n',
      'kernel/virtio_disk.c': 'if(*R(VIRTIO_MMIO_VERSION) != 1)\n  panic("no disk");\n',
      'kernel/proc.c': '',
      Makefile: [
        'K=kernel',
        'ifndef CPUS',
        'CPUS := 3',
        'endif',
        'QEMU = qemu-system-riscv64',
        'QEMUOPTS = -machine virt -bios none -kernel $K/kernel -m 256M -smp $(CPUS) -nographic',
        'QEMUOPTS += -drive file=fs.img,if=none,format=raw,id=x0',
        'QEMUOPTS += -device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0',
        'qemu: $K/kernel fs.img',
        '\t$(QEMU) $(QEMUOPTS)',
        '',
      ].join('\n'),
      'kernel/kernel': M_MODE,
      'user/_init': program(0n),
      'user/_sh': program(0n),
      'user/sh.c': '',
      'fs.img': 'files',
    },
    name: 'xv6',
    launch: {
      program: 'kernel/kernel',
      images: [
        { path: 'user/_init', world: 'user' },
        { path: 'user/_sh', world: 'user' },
      ],
      disk: { path: 'fs.img', bus: 'virtio-mmio-legacy' },
      machine: { harts: 3, memory: '256M' },
    },
    build: { command: 'make', args: ['kernel/kernel', 'fs.img'], folder: '' },
    built: ['kernel/kernel', 'fs.img'],
  },
  cargo: {
    files: {
      'Cargo.toml': '[package]\nname = "toy"\n',
      '.cargo/config.toml': [
        '[build]',
        'target = "riscv64gc-unknown-none-elf" # for "virt"',
        '[target.riscv64gc-unknown-none-elf]',
        'runner = [',
        '  "qemu-system-riscv64",  # the machine',
        '  "-machine", "virt", "-smp", "2",',
        '  "-drive", "file=disk.img,if=none,format=raw,id=x0",',
        '  "-device", "virtio-blk-device,drive=x0",',
        '  "-kernel",',
        ']',
        '',
      ].join('\n'),
      'src/main.rs': '#![no_std]\n#![no_main]\n',
      [`${TARGET}/debug/toy`]: S_MODE,
      'disk.img': 'blocks',
    },
    name: 'toy',
    launch: {
      program: `${TARGET}/debug/toy`,
      disk: { path: 'disk.img', bus: 'virtio-mmio-legacy' },
      machine: { harts: 2 },
    },
    build: { command: 'cargo', args: ['build'], folder: '' },
    built: [],
  },
  'cargo-forced-target': {
    files: {
      'Cargo.toml': '[package]\nname = "toy"\nforced-target = "riscv64gc-unknown-none-elf"\n',
      [`${TARGET}/release/toy`]: S_MODE,
    },
    name: 'toy',
    launch: { program: `${TARGET}/release/toy` },
    build: { command: 'cargo', args: ['build'], folder: '' },
    built: [],
  },
  'cargo-toolchain': {
    files: {
      'Cargo.toml': '[workspace]\nmembers = ["kernel"]\n',
      'rust-toolchain.toml': '[toolchain]\ntargets = [\n  "riscv64gc-unknown-none-elf",\n]\n',
      'kernel/Cargo.toml': '[package]\nname = "kernel"\n',
      [`${TARGET}/debug/kernel`]: S_MODE,
    },
    name: 'kernel',
    launch: { program: `${TARGET}/debug/kernel` },
    build: { command: 'cargo', args: ['build', '--target', 'riscv64gc-unknown-none-elf'], folder: '' },
    built: [],
  },
  zig: {
    files: {
      'build.zig': 'const target = b.resolveTargetQuery(.{ .cpu_arch = .riscv64, .os_tag = .freestanding });\n',
      'src/main.zig': 'export fn kmain() noreturn {}\n',
      'zig-out/bin/kernel': S_MODE,
    },
    name: 'Zig',
    launch: { program: 'zig-out/bin/kernel' },
    build: { command: 'zig', args: ['build'], folder: '' },
    built: ['zig-out/bin/kernel'],
  },
  'firmware-payload': {
    files: { 'fw_dynamic.bin': 'firmware', 'u-boot.bin': 'a flat program', 'fw_jump.elf': M_MODE },
    name: 'Firmware and payload',
    launch: { program: 'u-boot.bin', bios: 'fw_dynamic.bin' },
    build: { command: 'make', args: [], folder: '' },
    built: [],
  },
  makefile: {
    files: {
      Makefile: [
        'ARCH ?= riscv64',
        'KERNEL = build/toyos.bin',
        'qemu:',
        '\tqemu-system-$(ARCH) -M virt -m 64 -smp cpus=2 -kernel $(KERNEL) -append "hello world"',
        '',
      ].join('\n'),
      'main.c': 'void kmain(void) {}\n',
      'build/toyos.bin': 'flat',
      'build/toyos.elf': S_MODE,
    },
    name: 'Makefile',
    launch: { program: 'build/toyos.elf', append: 'hello world', machine: { harts: 2, memory: '64M' } },
    build: { command: 'make', args: [], folder: '' },
    built: [],
  },
};

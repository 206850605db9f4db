/**
 * The trees that are known by their files: one row each, the more special before the more general. A row says how its
 * tree is recognised, what is started and with what, and how it is built; recognised-trees.ts applies it.
 *
 * Paths start at the folder of the tree. Of a list of paths the first is where its file is once it is built; they may have
 * patterns in their names (`*`, `?`, `{one,other}`), and `{name}` stands for what a mark's named group has captured;
 * `{kernel}` for the kernel of the project's own QEMU options, without `.bin`.
 */
import type { DriveBus } from '../../base/device-words';
import type { LaunchArguments } from '../../dap/launch-schema';

/** In launch.json's words. */
export type ImageWorld = NonNullable<NonNullable<LaunchArguments['images']>[number]['world']>;

/** A file that a tree has, and what stands in it. */
export interface TreeMark {
  readonly file: string;
  /** Its named groups are variables for the paths and words of the rule. */
  readonly has?: RegExp;
}

/** How a tree is built: a command in one of its folders. */
export interface TreeBuild {
  readonly command: string;
  readonly args: readonly string[];
  /** Default: the folder of the tree. */
  readonly folder?: string;
}

/** A bus that a tree's disk is on if a file of the tree says so. */
export interface BusHint {
  readonly file: string;
  readonly has: RegExp;
  readonly bus: DriveBus;
}

export interface TreeRule {
  readonly id: string;
  /** Without what a variable in it stands for, the name of the folder. */
  readonly title: string;
  /** What is debugged there and what it needs, for lists. */
  readonly text: string;
  /** All of them must be there. Where the first one is, the tree begins. */
  readonly marks: readonly TreeMark[];
  /** What is started: of the ELF files at these paths the best (see program-search.ts), else the first file that is none. */
  readonly program: readonly string[];
  /** More files with symbols. Those with patterns are looked at: only programs are taken. */
  readonly images?: readonly { readonly path: string; readonly world?: ImageWorld }[];
  readonly bios?: readonly string[];
  readonly initrd?: readonly string[];
  readonly pflash1?: readonly string[];
  readonly disk?: {
    readonly paths: readonly string[];
    /** What the kernel's driver looks for, unless a hint or the project's own QEMU options say otherwise. */
    readonly bus: DriveBus;
    readonly hints?: readonly BusHint[];
    /** More for the kernel's command line when there is a disk. */
    readonly append?: string;
  };
  readonly memory?: string;
  readonly append?: string;
  /** Files with the project's own QEMU options, which win: Makefiles, and cargo's configuration with its runner. */
  readonly qemu?: readonly string[];
  /** Builds with cargo, which names the program that it made. */
  readonly isCargo?: true;
  readonly build: TreeBuild;
  /** The problem matcher for what the build prints, without `$worldstep-`. */
  readonly matcher: 'rustc' | 'gcc';
}

const GNU = 'CROSS_COMPILE=riscv64-linux-gnu-';
const MMIO = 'virtio-mmio-legacy';

// `[build] target = "riscv64gc-unknown-none-elf"`, or the file of a target of one's own.
const BARE_TARGET =
  /^\s*target\s*=\s*\[?\s*"(?<target>(?:riscv64|aarch64|x86_64|loongarch64)[^"]*-none[^"]*|[^"]*\.json)"/m;

/** A workspace has no name of its own. */
const CARGO_TOML: TreeMark = { file: 'Cargo.toml', has: /^(?:[\s\S]*?^name\s*=\s*"(?<crate>[^"]+)")?/m };

const cargo = (more: Pick<TreeRule, 'id' | 'marks'> & { readonly args: readonly string[] }): TreeRule => ({
  id: more.id,
  title: '{crate}',
  text: 'Builds the crate with cargo, then debugs the program that cargo names.',
  marks: more.marks,
  program: ['target/*/*/*'],
  qemu: ['.cargo/config.toml', '.cargo/config', 'Makefile'],
  isCargo: true,
  build: { command: 'cargo', args: more.args },
  matcher: 'rustc',
});

export const TREE_RULES: readonly TreeRule[] = [
  {
    id: 'linux',
    title: 'Linux',
    text: 'Boots arch/riscv/boot/Image with the symbols of vmlinux, and an initial RAM disk if there is one.',
    marks: [
      { file: 'arch/riscv/Kconfig', has: /^config RISCV\b/m },
      { file: 'init/main.c', has: /start_kernel/ },
    ],
    program: ['arch/riscv/boot/Image'],
    images: [{ path: 'vmlinux', world: 'kernel' }],
    initrd: ['{initramfs,rootfs,initrd}.{cpio,cpio.gz,img}', 'initrd'],
    disk: { paths: ['{rootfs,disk}.{img,ext2,ext4,raw}'], bus: 'virtio-pci', append: 'root=/dev/vda rw' },
    memory: '512M',
    append: 'console=ttyS0 earlycon=sbi nokaslr',
    build: { command: 'make', args: ['ARCH=riscv', GNU, 'Image'] },
    matcher: 'gcc',
  },
  {
    id: 'zephyr',
    title: 'Zephyr',
    text: 'Debugs build/zephyr/zephyr.elf: the sample that was built last, for the board qemu_riscv64.',
    marks: [{ file: 'Kconfig.zephyr' }, { file: 'west.yml' }],
    program: ['build/zephyr/zephyr.elf', 'build/*/zephyr/zephyr.elf'],
    memory: '256M',
    build: { command: 'west', args: ['build', '-b', 'qemu_riscv64', 'samples/hello_world'] },
    matcher: 'gcc',
  },
  {
    id: 'zephyr-application',
    title: 'Zephyr application',
    text: 'Debugs build/zephyr/zephyr.elf, built for the board qemu_riscv64.',
    marks: [{ file: 'prj.conf' }, { file: 'CMakeLists.txt', has: /find_package\s*\(\s*Zephyr\b/i }],
    program: ['build/zephyr/zephyr.elf', 'build/*/zephyr/zephyr.elf', 'build*/zephyr/zephyr.elf'],
    memory: '256M',
    build: { command: 'west', args: ['build', '-b', 'qemu_riscv64', '.'] },
    matcher: 'gcc',
  },
  {
    id: 'u-boot',
    title: 'U-Boot',
    text: 'Debugs u-boot, built for qemu-riscv64_smode. Until it has moved itself to the end of RAM.',
    marks: [{ file: 'common/board_f.c' }, { file: 'boot/bootm.c' }, { file: 'Kconfig', has: /U-Boot/ }],
    program: ['u-boot'],
    disk: { paths: ['disk.img'], bus: 'virtio-pci' },
    build: { command: 'make', args: [GNU, 'qemu-riscv64_smode_defconfig', 'all'] },
    matcher: 'gcc',
  },
  {
    id: 'opensbi',
    title: 'OpenSBI',
    text: 'Debugs the firmware with the payload inside it, from its first instruction in M-mode.',
    marks: [{ file: 'firmware/fw_base.S' }, { file: 'platform/generic/objects.mk' }],
    program: ['build/platform/generic/firmware/fw_payload.elf'],
    build: { command: 'make', args: ['PLATFORM=generic', GNU, 'FW_PAYLOAD=y'] },
    matcher: 'gcc',
  },
  {
    id: 'arceos',
    title: 'ArceOS',
    text: 'Debugs the application that was built last, with disk.img if there is one.',
    marks: [{ file: 'modules/axhal/Cargo.toml' }, { file: 'Makefile', has: /\bARCH\b/ }],
    program: [
      'examples/helloworld/helloworld_riscv64-qemu-virt.elf',
      '{examples,apps,tour}/*/*_{riscv64-qemu-virt,qemu-virt-riscv}.elf',
      '*_{riscv64-qemu-virt,qemu-virt-riscv}.elf',
      'target/riscv64*/*/arceos-*',
    ],
    disk: {
      paths: ['disk.img'],
      bus: 'virtio-pci',
      hints: [{ file: 'Makefile', has: /^\s*BUS\s*\?=\s*mmio\b/m, bus: MMIO }],
    },
    pflash1: ['pflash.img'],
    build: { command: 'make', args: ['ARCH=riscv64', 'build'] },
    matcher: 'rustc',
  },
  {
    id: 'arceos-xtask',
    title: '{crate}',
    text: 'Debugs the crate as `cargo xtask run` starts it, with the disk and the flash that this has made.',
    marks: [
      { file: 'xtask/src/main.rs', has: /riscv64/ },
      { file: 'Cargo.toml', has: /^name\s*=\s*"(?<crate>[^"]+)"[\s\S]*\b(?:axstd|axhal|arceos)\b/m },
    ],
    program: ['target/riscv64gc-unknown-none-elf/release/{crate}', 'target/riscv64*/*/{crate}'],
    images: [{ path: 'target/riscv64gc-unknown-none-elf/release/*' }, { path: 'payload/*/target/riscv64*/release/*' }],
    disk: { paths: ['target/disk-riscv64.img', 'target/disk.img', '{disk-riscv64,disk}.img'], bus: 'virtio-pci' },
    pflash1: ['target/pflash-riscv64.img', 'target/pflash.img', '{pflash-riscv64,pflash}.img'],
    build: { command: 'cargo', args: ['xtask', 'build', '--arch', 'riscv64'] },
    matcher: 'rustc',
  },
  {
    id: 'rcore-tutorial',
    title: 'rCore-Tutorial',
    text: 'Debugs the kernel in os/ with the programs of user/, and their fs.img on virtio-mmio from the chapter on files on.',
    marks: [
      { file: 'os/Cargo.toml', has: /^name\s*=\s*"(?<crate>[^"]+)"/m },
      { file: 'os/Makefile', has: /riscv64/ },
      { file: 'os/src/main.rs' },
    ],
    program: ['os/target/riscv64gc-unknown-none-elf/release/{crate}', 'os/target/riscv64*/*/{crate}'],
    images: [{ path: 'user/target/riscv64*/release/*', world: 'user' }],
    disk: {
      paths: ['user/target/riscv64gc-unknown-none-elf/release/fs.img', 'user/target/*/*/fs.img', 'user/build/*.img'],
      bus: MMIO,
    },
    qemu: ['os/Makefile'],
    build: { command: 'make', args: ['build'], folder: 'os' },
    matcher: 'rustc',
  },
  {
    id: 'xv6-riscv',
    title: 'xv6',
    text: 'Debugs kernel/kernel from its first instruction in M-mode, with fs.img on virtio-mmio and the programs of user/.',
    marks: [
      { file: 'kernel/kernel.ld', has: /0x80000000/ },
      { file: 'kernel/virtio_disk.c' },
      { file: 'kernel/proc.c' },
    ],
    program: ['kernel/kernel'],
    images: [{ path: 'user/_*', world: 'user' }],
    disk: {
      paths: ['fs.img'],
      bus: MMIO,
      hints: [{ file: 'kernel/virtio_disk.c', has: /VIRTIO_MMIO_VERSION\s*\)\s*!=\s*2/, bus: 'virtio-mmio' }],
    },
    memory: '128M',
    qemu: ['Makefile'],
    build: { command: 'make', args: ['kernel/kernel', 'fs.img'] },
    matcher: 'gcc',
  },
  cargo({
    id: 'cargo',
    marks: [CARGO_TOML, { file: '.cargo/config{.toml,}', has: BARE_TARGET }],
    args: ['build'],
  }),
  cargo({
    id: 'cargo-forced-target',
    marks: [CARGO_TOML, { file: 'Cargo.toml', has: /^\s*forced-target\s*=\s*"(?<target>riscv64[^"]*)"/m }],
    args: ['build'],
  }),
  cargo({
    id: 'cargo-toolchain',
    marks: [
      CARGO_TOML,
      { file: 'rust-toolchain{.toml,}', has: /^\s*targets\s*=\s*\[[^\]]*"(?<target>riscv64[^"]*-none[^"]*)"/m },
    ],
    args: ['build', '--target', '{target}'],
  }),
  {
    id: 'zig',
    title: 'Zig',
    text: 'Builds with `zig build`, then debugs what is in zig-out/bin.',
    marks: [{ file: 'build.zig', has: /\.freestanding\b/ }],
    program: ['zig-out/bin/kernel', 'zig-out/bin/*'],
    qemu: ['Makefile'],
    build: { command: 'zig', args: ['build'] },
    matcher: 'gcc',
  },
  {
    id: 'firmware-payload',
    title: 'Firmware and payload',
    text: 'Starts OpenSBI in M-mode, with the kernel beside it as its payload.',
    marks: [{ file: 'fw_{dynamic,jump}.{bin,elf}' }],
    program: ['u-boot', 'Image', 'kernel.elf', 'kernel', 'vmlinux', 'u-boot.bin', 'kernel.bin'],
    bios: ['fw_dynamic.bin', 'fw_dynamic.elf', 'fw_jump.bin', 'fw_jump.elf'],
    qemu: ['Makefile'],
    build: { command: 'make', args: [] },
    matcher: 'gcc',
  },
  {
    id: 'makefile',
    title: 'Makefile',
    text: 'Debugs the kernel that the Makefile starts in QEMU, on the machine that it gives it.',
    marks: [{ file: 'Makefile', has: /qemu-system-(?:riscv64|\$[({]\w+[)}])/ }],
    program: ['{kernel}', '{kernel}.elf', '{kernel,*.elf}', '{build,bin,out,kernel}/{kernel,*.elf}'],
    qemu: ['Makefile'],
    build: { command: 'make', args: [] },
    matcher: 'gcc',
  },
];

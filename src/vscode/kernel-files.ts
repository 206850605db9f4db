/**
 * Files that a workspace with a kernel of the user's has: where there is one, the extension is activated, and when one
 * comes or goes, it looks again. Of names that other projects have, too, more is read before anything is shown.
 */
export const KERNEL_FILES =
  '**/{kernel.json,*.elf,vmlinux,kernel,kernel.ld,linker.ld,link.ld,*.lds,.cargo/config,.cargo/config.toml,rust-toolchain.toml,build.zig,prj.conf,xtask/src/main.rs,Kconfig.zephyr}';

//! A hypervisor: it starts a virtual machine that runs a kernel of its own, `/sbin/gkernel`, and in that a user program.
//!
//! Three worlds, one inside the other, each with its source in this folder:
//!
//! | world        | source            | riscv64 | aarch64 | x86_64            |
//! |--------------|-------------------|---------|---------|-------------------|
//! | hypervisor   | `src`             | HS-mode | EL2     | host mode, ring 0 |
//! | guest kernel | `payload/gkernel` | VS-mode | EL1     | guest mode, ring 0 |
//! | guest user   | `payload/app`     | VU-mode | EL0     | guest mode, ring 3 |
//!
//! Each architecture has a hypervisor of its own, and aarch64 two (feature `stage2`). Start reading at its `run`.

#![no_std]
#![no_main]

#[macro_use]
extern crate axstd as std;

mod loader;

#[cfg(target_arch = "aarch64")]
#[cfg_attr(feature = "stage2", path = "aarch64/stage2/mod.rs")]
mod aarch64;
#[cfg(target_arch = "riscv64")]
mod riscv64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
use aarch64 as arch;
#[cfg(target_arch = "riscv64")]
use riscv64 as arch;
#[cfg(target_arch = "x86_64")]
use x86_64 as arch;

/// Entered by ArceOS when memory, page table and file system are ready. Returning powers the machine off.
#[unsafe(no_mangle)]
extern "C" fn main() {
    arch::run();
}

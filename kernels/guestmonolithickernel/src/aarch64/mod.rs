//! The AArch64 hypervisor: loads the guest kernel into its half of RAM and hands the CPU over, from EL2, for good.
//!
//! ArceOS's platform crate drops from EL2 to EL1 at boot, so this code runs in EL1 like any kernel. What it left behind
//! in EL2 before that (`head.S`) makes it a hypervisor. The way into the guest:
//!
//! 1. [`run`] checks the guest's image, copies it and cleans it from the data cache to memory.
//! 2. [`trampoline`] turns the MMU off. It lies in a page that is mapped 1:1, so that the instruction after that has the
//!    same address as before.
//! 3. HVC goes to `el2_enter_guest` in EL2, which sets HCR_EL2, CNTHCTL_EL2, CNTVOFF_EL2, SPSR_EL2 and ELR_EL2; its ERET
//!    is the entry into the guest, in EL1.
//!
//! From then on the guest has the machine. It calls the firmware (PSCI, by SMC) to power off.

mod cache;
mod image;
mod trampoline;

use axhal::mem::{PhysAddr, VirtAddr, phys_to_virt};
use axhal::paging::MappingFlags;
use core::arch::{asm, global_asm};
use image::ImageHeader;
use memory_addr::{MemoryAddr, PAGE_SIZE_4K};

global_asm!(include_str!("head.S"));

/// The guest's RAM, as payload/gkernel/configs/aarch64.toml says. The image goes to its start.
const GUEST_RAM: PhysAddr = PhysAddr::from_usize(0x4420_0000);
const GUEST_RAM_SIZE: usize = 0x3e0_0000;

/// The exception level in which the loader entered the image; `head.S` writes it before anything else runs.
/// In `.data`, because ArceOS clears `.bss` later.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".data")]
static mut BOOT_EL: u64 = 0;

/// Loads the guest kernel and enters it. Comes back only with what prevented that.
pub fn run() -> Result<core::convert::Infallible, Problem> { todo!() }

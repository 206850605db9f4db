//! The flash window: a device that looks like memory, reached through the kernel's page table.

use axhal::mem::{PhysAddr, phys_to_virt};
use std::{ptr, str};

/// Physical address of the flash bank that this machine gives to its user. The bank is listed under `mmio-ranges` in
/// configs/<arch>.toml, which is why the kernel's page table has it.
#[cfg(target_arch = "riscv64")]
const FLASH_BASE: usize = 0x2200_0000;
#[cfg(target_arch = "aarch64")]
const FLASH_BASE: usize = 0x0400_0000;
#[cfg(target_arch = "x86_64")]
const FLASH_BASE: usize = 0xffc0_0000;
#[cfg(target_arch = "loongarch64")]
const FLASH_BASE: usize = 0x1d00_0000;

/// What the image at the start of the flash says.
const MAGIC: &str = "PFLA";

/// Reads the first bytes of the flash and stops the kernel when they are not [`MAGIC`].
pub fn check() {
    let window = phys_to_virt(PhysAddr::from(FLASH_BASE));

    let mut bytes = [0u8; MAGIC.len()];
    for (offset, byte) in bytes.iter_mut().enumerate() {
        // SAFETY: the page table maps the bank at `window`. Volatile, because a device answers, not memory: each read
        // must happen, once and in this order.
        *byte = unsafe { ptr::read_volatile(window.as_ptr().add(offset)) };
    }

    let magic = str::from_utf8(&bytes).unwrap_or("(not text)");
    println!("PFlash check: [{:#X}] -> {magic}", window.as_usize());
    assert_eq!(
        magic, MAGIC,
        "no flash image: give the machine one that starts with {MAGIC:?}"
    );
}

//! The flash bank: a device that this guest reads although nobody told the hypervisor about it beforehand.

use crate::arch::FLASH_BASE;
use axhal::mem::{PhysAddr, phys_to_virt};
use core::{ptr, str};

/// What the image at the start of the flash says.
const MAGIC: &str = "pfld";

/// Reads the first bytes of the flash and stops the kernel when they are not [`MAGIC`].
pub fn check() {
    let window = phys_to_virt(PhysAddr::from(FLASH_BASE));

    let mut bytes = [0u8; MAGIC.len()];
    for (offset, byte) in bytes.iter_mut().enumerate() {
        // SAFETY: the page table maps the bank at `window`. Volatile, because a device answers, not memory.
        *byte = unsafe { ptr::read_volatile(window.as_ptr().add(offset)) };
    }

    let magic = str::from_utf8(&bytes).unwrap_or("(not text)");
    println!("pflash at {FLASH_BASE:#x}: {magic}");
    assert_eq!(
        magic, MAGIC,
        "no flash image: give the machine one that starts with {MAGIC:?}"
    );
}

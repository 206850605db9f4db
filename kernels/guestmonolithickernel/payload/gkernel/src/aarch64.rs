//! What differs on aarch64.

/// Physical address of the flash bank with our magic: pflash1 of the `virt` board.
pub const FLASH_BASE: usize = 0x0400_0000;

/// The number Linux gives to `exit` on this architecture.
pub const SYS_EXIT: usize = 93;

/// Switches the machine off.
pub fn power_off() -> ! {
    axhal::power::system_off()
}

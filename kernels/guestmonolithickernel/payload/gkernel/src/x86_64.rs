//! What differs on x86_64.

/// Physical address of the flash bank with our magic: pflash0 of the q35 board. Its end holds the firmware.
pub const FLASH_BASE: usize = 0xffc0_0000;

/// The number Linux gives to `exit` on this architecture.
pub const SYS_EXIT: usize = 60;

/// Switches the machine off.
pub fn power_off() -> ! {
    axhal::power::system_off()
}

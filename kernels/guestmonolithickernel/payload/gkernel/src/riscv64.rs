//! What differs on riscv64.

/// Physical address of the flash bank with our magic: pflash1 of the `virt` board.
pub const FLASH_BASE: usize = 0x2200_0000;

/// The number Linux gives to `exit` on this architecture.
pub const SYS_EXIT: usize = 93;

/// Switches the machine off: `ecall` to the SBI, which here is the hypervisor.
pub fn power_off() -> ! {
    axhal::power::system_off()
}

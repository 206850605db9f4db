//! Cache maintenance. With its MMU off a CPU bypasses the data cache, so what it shall see must be in memory.

use core::arch::asm;

/// Writes the data cache's lines of `bytes` back to memory and drops them: DC CIVAC, "clean and invalidate by virtual
/// address to the Point of Coherency".
pub fn clean_to_memory(bytes: &[u8]) {
    let line = line_size();
    let bytes = bytes.as_ptr_range();
    for address in (bytes.start as usize & !(line - 1)..bytes.end as usize).step_by(line) {
        // SAFETY: changes no memory content, only where it is held.
        unsafe { asm!("dc civac, {}", in(reg) address, options(nostack, preserves_flags)) };
    }
    // Cache maintenance is complete only after a barrier.
    // SAFETY: a barrier.
    unsafe { asm!("dsb sy", options(nostack, preserves_flags)) };
}

/// Size in bytes of the smallest data cache line.
fn line_size() -> usize {
    let ctr: usize;
    // SAFETY: reads an identification register.
    unsafe { asm!("mrs {}, CTR_EL0", out(reg) ctr, options(nomem, nostack, preserves_flags)) };
    let dmin_line = ctr >> 16 & 0xf; // log2 of the number of 4-byte words
    4 << dmin_line
}

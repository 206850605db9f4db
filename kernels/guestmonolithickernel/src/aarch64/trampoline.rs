//! The step from translated to physical addresses, and into the guest. The code itself is in `head.S`.

use axhal::mem::{PhysAddr, virt_to_phys};
use memory_addr::va;

/// SCTLR_EL1: translation, data cache, instruction cache.
const M: u64 = 1 << 0;
const C: u64 = 1 << 2;
const I: u64 = 1 << 12;

unsafe extern "C" {
    /// Runs at its physical address. Clears the bits `off` in SCTLR_EL1, then has EL2 enter the guest.
    fn trampoline(device_tree: usize, entry: usize, off: u64) -> !;
}

/// Physical address of the page that holds the trampoline, and nothing else (`head.lds`).
pub fn page() -> PhysAddr {
    virt_to_phys(va!(trampoline as *const () as usize))
}

/// Enters the guest at the physical address `entry`, with the physical address of its device tree.
///
/// # Safety
/// TTBR0_EL1 maps [`page`] 1:1, executable. There is a guest at `entry`, in memory and not only in the cache.
pub unsafe fn enter_guest(entry: PhysAddr, device_tree: PhysAddr) -> ! {
    // SAFETY: the same code, under its other address.
    let at_physical_address: unsafe extern "C" fn(usize, usize, u64) -> ! =
        unsafe { core::mem::transmute(page().as_usize()) };
    // SAFETY: the caller's promise.
    unsafe { at_physical_address(device_tree.as_usize(), entry.as_usize(), M | C | I) }
}

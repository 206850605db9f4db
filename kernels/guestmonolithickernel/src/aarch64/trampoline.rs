//! The step from translated to physical addresses.

use axhal::mem::{PhysAddr, virt_to_phys};
use core::arch::asm;
use memory_addr::va;

/// Physical address of the page that holds [`trampoline`], and nothing else (`head.lds`).
pub fn page() -> PhysAddr {
    virt_to_phys(va!(trampoline as *const () as usize))
}

/// Enters the guest at the physical address `entry`, with the physical address of its device tree.
///
/// # Safety
/// TTBR0_EL1 maps [`page`] 1:1, executable. There is a guest at `entry`, in memory and not only in the cache.
pub unsafe fn enter_guest(entry: PhysAddr, device_tree: PhysAddr) -> ! {
    // SAFETY: the same code, under its other address.
    let at_physical_address: extern "C" fn(usize, usize) -> ! =
        unsafe { core::mem::transmute(page().as_usize()) };
    at_physical_address(entry.as_usize(), device_tree.as_usize())
}

/// Runs at its physical address. Turns off translation and caches, then has EL2 enter the guest.
#[unsafe(link_section = ".trampoline")]
extern "C" fn trampoline(entry: usize, device_tree: usize) -> ! {
    // One asm block from here to the end, in registers only: the stack's virtual address means nothing without an MMU.
    // SAFETY: the caller's promise.
    unsafe {
        asm!(
            "msr  DAIFSet, #0b1111",            // no interrupts: their vectors are virtual addresses, too
            "msr  CNTP_CTL_EL0, xzr",           // and no timer running, as after reset
            "mrs  x9, SCTLR_EL1",
            "bic  x9, x9, #(1 << 0)",           // M: translation
            "bic  x9, x9, #(1 << 2)",           // C: data cache
            "bic  x9, x9, #(1 << 12)",          // I: instruction cache
            "dsb  sy",
            "msr  SCTLR_EL1, x9",
            "isb",                              // the next instruction is fetched from its physical address
            "tlbi VMALLE1",                     // forget this kernel's translations
            "ic   IALLU",                       // and its instructions
            "dsb  nsh",
            "isb",
            "hvc  #0",                          // el2_enter_guest, in head.S
            in("x0") device_tree,
            in("x1") entry,
            options(noreturn),
        )
    }
}

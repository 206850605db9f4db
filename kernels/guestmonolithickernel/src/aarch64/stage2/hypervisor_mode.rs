//! How this kernel, which ArceOS runs in EL1, gets to EL2 with everything it has: its stack, page tables and vectors.
//!
//! The CPU has to have VHE, the Virtualization Host Extensions. With HCR_EL2.E2H set, EL2 is to a kernel what EL1 is:
//! `msr TTBR1_EL1, x0` in EL2 writes TTBR1_EL2. So ArceOS goes on as if nothing had happened. Linux does the same when KVM
//! is to run.

use super::sysreg;
use axhal::mem::{PhysAddr, virt_to_phys};
use axhal::paging::{MappingFlags, PageSize, PageTable};
use core::arch::{asm, global_asm};
use core::ptr;
use memory_addr::{MemoryAddr, pa, va};

// With line numbers, from build.rs.
global_asm!(
    include_str!(concat!(env!("OUT_DIR"), "/head.S")),
    hcr = const sysreg::hcr::HOST,
);

unsafe extern "C" {
    /// In head.S: it runs at its physical address.
    fn stay_in_el2();
}

/// The exception level in which the loader entered the image; `head.S` writes it before anything else runs.
/// In `.data`, because ArceOS clears `.bss` afterwards.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".data")]
static mut BOOT_EL: u64 = 0;

/// Why there is no way to EL2.
pub enum NoEl2 {
    /// The machine has no EL2, or a loader has left it.
    BootedIn(u64),
    /// The CPU has EL2, but not as a place for kernels.
    NoVhe,
}

/// Moves the CPU from EL1 to EL2. The caller goes on there.
pub fn enter() -> Result<(), NoEl2> {
    // SAFETY: nobody writes it any more. Volatile, because the compiler does not see who wrote it.
    let level = unsafe { ptr::read_volatile(&raw const BOOT_EL) };
    if level != 2 {
        return Err(NoEl2::BootedIn(level));
    }
    if sysreg::read!(ID_AA64MMFR1_EL1) & sysreg::MMFR1_VH == 0 {
        return Err(NoEl2::NoVhe);
    }

    let page = virt_to_phys(va!(stay_in_el2 as *const () as usize)).align_down_4k();
    let table = map_one_to_one(page);
    // SAFETY: EL2 has head.S's vectors, and they lie in the mapped page.
    unsafe { asm!("hvc #0", out("x9") _, out("x10") _, out("x11") _) };

    // In EL2. The name means TTBR0_EL2 now; low addresses have no use any more.
    // SAFETY: no address in use is translated by TTBR0.
    unsafe { axhal::asm::write_user_page_table(pa!(0)) };
    axhal::asm::flush_tlb(None);
    drop(table);
    Ok(())
}

/// Maps `page` at its physical address. Low addresses are TTBR0_EL1's, which this kernel, without user programs, has no
/// other use for.
fn map_one_to_one(page: PhysAddr) -> PageTable {
    let mut table = PageTable::try_new().expect("no memory for a page table");
    table
        .cursor()
        .map(
            va!(page.as_usize()),
            page,
            PageSize::Size4K,
            MappingFlags::READ | MappingFlags::EXECUTE,
        )
        .expect("no memory for the page tables of one page");
    // SAFETY: no address in use is translated by TTBR0_EL1.
    unsafe { axhal::asm::write_user_page_table(table.root_paddr()) };
    axhal::asm::flush_tlb(None);
    table
}

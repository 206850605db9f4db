//! The user program's stack: physical pages that wait for their page table entries.

use crate::Problem;
use alloc::{format, vec::Vec};
use axalloc::{UsageKind, global_allocator};
use axhal::{mem::virt_to_phys, paging::MappingFlags, trap::PageFaultFlags};
use axmm::AddrSpace;
use memory_addr::{MemoryAddr, PAGE_SIZE_4K, PhysAddr, VirtAddr, VirtAddrRange, va, va_range};

/// The stack pointer's first value. The stack grows down from here, so its last page is the first one needed.
const TOP: VirtAddr = va!(0x3f_ffff_0000);

/// 64 KiB.
const PAGES: usize = 16;

/// What the program may do with its stack.
const FLAGS: MappingFlags = MappingFlags::USER
    .union(MappingFlags::READ)
    .union(MappingFlags::WRITE);

/// A stack whose pages exist in physical memory, but not yet in the page table.
pub struct UserStack {
    /// The addresses that the program may use as its stack.
    range: VirtAddrRange,
    /// The physical page for each virtual page of `range`, in the same order.
    frames: Vec<PhysAddr>,
}

impl UserStack {
    /// Allocates all physical pages and maps none.
    pub fn allocate() -> Result<Self, Problem> {
        let range = va_range!(TOP - PAGES * PAGE_SIZE_4K..TOP);

        let mut frames = Vec::with_capacity(PAGES);
        for _ in 0..PAGES {
            frames.push(allocate_frame()?);
        }
        Ok(Self { range, frames })
    }

    /// The stack pointer's first value: one past the last byte.
    pub fn top(&self) -> VirtAddr {
        self.range.end
    }

    /// Answers a page fault: maps the page of `address`.
    /// Fails if the program may not have this access: the address is outside its stack, or the stack is not for that.
    pub fn map_page_of(
        &self,
        address: VirtAddr,
        access: PageFaultFlags,
        aspace: &mut AddrSpace,
    ) -> Result<(), Problem> {
        if !self.range.contains(address) {
            return Err(format!(
                "page fault at {address:#x} ({access:?}), outside the stack {:#x?}",
                self.range
            ));
        }
        if !FLAGS.contains(access) {
            return Err(format!(
                "page fault at {address:#x} ({access:?}): the stack allows {FLAGS:?} only"
            ));
        }

        let page = address.align_down_4k();
        let frame = self.frames[(page - self.range.start) / PAGE_SIZE_4K];

        // This is the line the whole kernel is about: until here a walk for `page` ends at an entry that is not valid,
        // after it the entry points to `frame`. `map_linear` also drops what the TLB may remember of the old entry.
        let mapped = aspace.map_linear(page, frame, PAGE_SIZE_4K, FLAGS);
        mapped.map_err(|error| format!("cannot map the stack's page {page:#x} ({error})"))
    }
}

/// A physical page of zeros.
fn allocate_frame() -> Result<PhysAddr, Problem> {
    let page = global_allocator()
        .alloc_pages(1, PAGE_SIZE_4K, UsageKind::VirtMem)
        .map(VirtAddr::from)
        .map_err(|error| format!("no memory for the stack's {PAGES} pages ({error:?})"))?;
    // SAFETY: the page has just become ours. Zeros, so that the program does not see what the kernel had there.
    unsafe { page.as_mut_ptr().write_bytes(0, PAGE_SIZE_4K) };
    Ok(virt_to_phys(page))
}

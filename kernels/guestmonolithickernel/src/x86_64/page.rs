//! Host memory that the CPU's virtualization hardware reads by physical address.

use axalloc::{UsageKind, global_allocator};
use axhal::mem::{VirtAddr, virt_to_phys};
use core::{ptr, slice};

/// Bytes in a page.
pub const PAGE_SIZE: usize = 4096;

/// Physically contiguous pages of the host, zeroed when allocated, given back when dropped.
pub struct HostPages {
    base: VirtAddr,
    count: usize,
}

impl HostPages {
    /// Allocates `count` pages whose physical address is a multiple of `alignment` bytes.
    ///
    /// Panics when memory is short: without these pages there is no virtual machine.
    pub fn new(count: usize, alignment: usize) -> Self {
        let base = global_allocator()
            .alloc_pages(count, alignment, UsageKind::Global)
            .unwrap_or_else(|error| {
                panic!("cannot allocate {count} pages aligned to {alignment:#x}: {error:?}")
            });
        // SAFETY: the allocator has just given us these bytes.
        unsafe { ptr::write_bytes(base as *mut u8, 0, count * PAGE_SIZE) };
        Self {
            base: base.into(),
            count,
        }
    }

    /// The address to put into registers and tables that the CPU walks by itself.
    pub fn physical_address(&self) -> u64 {
        virt_to_phys(self.base).as_usize() as u64
    }

    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: these bytes are ours and were written when allocated.
        unsafe { slice::from_raw_parts(self.base.as_ptr(), self.count * PAGE_SIZE) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: as above, and `self` is borrowed mutably.
        unsafe { slice::from_raw_parts_mut(self.base.as_mut_ptr(), self.count * PAGE_SIZE) }
    }

    /// The start of the pages, as a `T`.
    pub fn as_mut_ptr<T>(&mut self) -> *mut T {
        self.base.as_mut_ptr().cast()
    }
}

impl Drop for HostPages {
    fn drop(&mut self) {
        global_allocator().dealloc_pages(self.base.as_usize(), self.count, UsageKind::Global);
    }
}

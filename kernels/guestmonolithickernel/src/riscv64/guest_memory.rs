//! The guest's RAM: a piece of the machine's RAM, allocated before the guest starts.

use super::second_stage::{GuestPhysAddr, MEGAPAGE_SIZE, PAGE_SIZE};
use axalloc::{UsageKind, global_allocator};
use axhal::mem::{PhysAddr, virt_to_phys};
use core::slice;
use memory_addr::VirtAddr;

/// Contiguous memory that appears at [`gpa`](Self::gpa) in the guest.
pub struct GuestMemory {
    pub gpa: GuestPhysAddr,
    bytes: &'static mut [u8],
}

impl GuestMemory {
    /// Allocates `size` bytes, filled with zeros.
    pub fn new(gpa: GuestPhysAddr, size: usize) -> Self {
        let address = global_allocator()
            .alloc_pages(size / PAGE_SIZE, MEGAPAGE_SIZE, UsageKind::VirtMem)
            .expect("not enough memory for the guest's RAM");
        // SAFETY: the pages are ours alone, and are never freed.
        let bytes = unsafe { slice::from_raw_parts_mut(address as *mut u8, size) };
        bytes.fill(0);
        Self { gpa, bytes }
    }

    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Where it really is.
    pub fn hpa(&self) -> PhysAddr {
        virt_to_phys(VirtAddr::from(self.bytes.as_ptr() as usize))
    }

    /// `length` bytes from guest physical address `gpa`, if all of them are RAM.
    pub fn bytes(&mut self, gpa: GuestPhysAddr, length: usize) -> Option<&mut [u8]> {
        let start = gpa.checked_sub(self.gpa)?;
        self.bytes.get_mut(start..start.checked_add(length)?)
    }

    /// Its bytes from guest physical address `gpa` to the end.
    ///
    /// # Panics
    /// if `gpa` lies outside.
    pub fn from(&mut self, gpa: GuestPhysAddr) -> &mut [u8] {
        &mut self.bytes[gpa - self.gpa..]
    }
}

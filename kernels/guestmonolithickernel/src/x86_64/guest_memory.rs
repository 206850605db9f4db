//! The guest's RAM, seen by the hypervisor: by guest physical address, and by the guest's own virtual addresses.

use super::{
    npt::LARGE_PAGE,
    page::{HostPages, PAGE_SIZE},
    vmcb::StateSaveArea,
};
use core::ops::Range;

/// RAM that starts at guest physical address 0.
pub struct GuestMemory {
    pages: HostPages,
}

impl GuestMemory {
    /// Takes `size` bytes from the host, aligned so that the nested page table can use large pages.
    pub fn new(size: usize) -> Self {
        Self {
            pages: HostPages::new(size / PAGE_SIZE, LARGE_PAGE as usize),
        }
    }

    /// Where the RAM lies in the host's physical memory.
    pub fn physical_address(&self) -> u64 {
        self.pages.physical_address()
    }

    pub fn size(&self) -> usize {
        self.pages.as_slice().len()
    }

    /// The bytes at guest physical addresses `range`, or nothing if they are not RAM.
    pub fn bytes(&self, range: Range<usize>) -> Option<&[u8]> {
        self.pages.as_slice().get(range)
    }

    /// The same, to be changed.
    pub fn bytes_mut(&mut self, range: Range<usize>) -> Option<&mut [u8]> {
        self.pages.as_mut_slice().get_mut(range)
    }

    /// Reads an instruction's bytes at the guest's RIP; fewer than 15 if they are at the end of a mapped page.
    ///
    /// The CPU has executed it a moment ago, so the guest's tables do map it: `None` means that the guest has changed
    /// them meanwhile, or runs code that is not in RAM.
    pub fn instruction(&self, save: &StateSaveArea) -> Option<&[u8]> {
        const LONGEST_INSTRUCTION: usize = 15;
        let gpa = self.translate(save, save.cs_base() + save.rip)? as usize;
        let rest_of_page = PAGE_SIZE - gpa % PAGE_SIZE;
        self.bytes(gpa..gpa + LONGEST_INSTRUCTION.min(rest_of_page))
    }

    /// Walks the guest's 4-level page table (AMD APM vol. 2, §5.3): guest virtual → guest physical. This is the first
    /// of the two stages; rights are not looked at.
    fn translate(&self, save: &StateSaveArea, va: u64) -> Option<u64> {
        const CR0_PG: u64 = 1 << 31;
        const PRESENT: u64 = 1 << 0;
        const LARGE: u64 = 1 << 7;
        const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

        if save.cr0 & CR0_PG == 0 {
            return Some(va);
        }
        let mut table = save.cr3 & ADDRESS;
        for shift in [39, 30, 21, 12] {
            let slot = table as usize + (va >> shift) as usize % 512 * 8;
            let entry = u64::from_le_bytes(self.bytes(slot..slot + 8)?.try_into().ok()?);
            if entry & PRESENT == 0 {
                return None;
            }
            let is_leaf = shift == 12 || shift < 39 && entry & LARGE != 0;
            if is_leaf {
                let offset = (1 << shift) - 1;
                return Some(entry & ADDRESS & !offset | va & offset);
            }
            table = entry & ADDRESS;
        }
        None
    }
}

impl StateSaveArea {
    /// What is added to RIP: nothing in 64-bit mode.
    fn cs_base(&self) -> u64 {
        const LONG: u16 = 1 << 9;
        if self.cs.attrib & LONG != 0 {
            0
        } else {
            self.cs.base
        }
    }
}

//! The second-stage page table: what the guest takes for physical memory.
//!
//! The guest has page tables of its own (vsatp). The address that comes out of them, the guest physical address, is
//! translated once more by this table (hgatp). It is an Sv39x4 table: like Sv39, but guest physical addresses have two
//! bits more, so the root table has 2048 entries instead of 512. Each root entry covers 1 GiB, each entry of the next
//! level 2 MiB, each of the last 4 KiB. Everything the guest does counts as an access from user mode here: a PTE
//! without the U bit is of no use to it.

use super::csr;
use axalloc::{UsageKind, global_allocator};
use axhal::mem::{PhysAddr, phys_to_virt, virt_to_phys};
use axhal::paging::MappingFlags;
use core::{arch::asm, slice};
use memory_addr::{MemoryAddr, VirtAddr};
use page_table_entry::{GenericPTE, riscv::Rv64PTE};

/// Size of the smallest page.
pub const PAGE_SIZE: usize = 0x1000;
/// Size of a page whose PTE stands one level higher.
pub const MEGAPAGE_SIZE: usize = 0x20_0000;

/// Entries of the root table, and of the others.
const ROOT_ENTRIES: usize = 2048;
const ENTRIES: usize = 512;

/// A guest physical address: what the guest believes to be physical.
pub type GuestPhysAddr = usize;

/// A second-stage table. It belongs to one virtual machine.
pub struct SecondStage {
    root: &'static mut [Rv64PTE],
}

impl SecondStage {
    /// A table that maps nothing.
    pub fn new() -> Self {
        Self {
            root: new_table(ROOT_ENTRIES),
        }
    }

    /// Makes this the table of the guest that runs next.
    pub fn activate(&self) {
        let root = virt_to_phys(VirtAddr::from(self.root.as_ptr() as usize));
        // SAFETY: the table lives as long as the hypervisor. It has an effect in guests only.
        unsafe { csr::write!(hgatp, csr::HGATP_MODE_SV39X4 | root.as_usize() / PAGE_SIZE) };
        fence_all();
    }

    /// Maps `size` bytes from `gpa` to the machine's memory from `hpa`, with pages as large as alignment allows.
    /// All three are multiples of the page size, and nothing of the range is mapped yet.
    pub fn map(&mut self, gpa: GuestPhysAddr, hpa: PhysAddr, size: usize, access: MappingFlags) {
        let mut offset = 0;
        while offset < size {
            let (gpa, hpa) = (gpa + offset, hpa + offset);
            let fits =
                (gpa | hpa.as_usize()) % MEGAPAGE_SIZE == 0 && size - offset >= MEGAPAGE_SIZE;
            let page_size = if fits { MEGAPAGE_SIZE } else { PAGE_SIZE };
            let entry = self.entry(gpa, page_size);
            assert!(
                entry.is_unused(),
                "guest physical address {gpa:#x} is mapped already: {entry:?}"
            );
            *entry = Rv64PTE::new_page(hpa, access | MappingFlags::USER, fits);
            offset += page_size;
        }
        fence_all();
    }

    /// The PTE for `gpa` that maps a page of `page_size`. Makes the tables on the way to it.
    fn entry(&mut self, gpa: GuestPhysAddr, page_size: usize) -> &mut Rv64PTE {
        let mut table = &mut *self.root;
        // GPA bits 40..30 index the root, 29..21 the next level, 20..12 the last.
        let mut entry = &mut table[gpa >> 30];
        let mut covered = 1 << 30;
        while covered > page_size {
            if entry.is_unused() {
                let below = new_table(ENTRIES);
                *entry = Rv64PTE::new_table(virt_to_phys(VirtAddr::from(below.as_ptr() as usize)));
            }
            assert!(
                !entry.is_huge(),
                "{gpa:#x} is part of a larger page: {entry:?}"
            );
            covered /= ENTRIES;
            table = table_at(entry.paddr());
            entry = &mut table[gpa / covered & (ENTRIES - 1)];
        }
        entry
    }
}

/// An empty table, aligned to its own size, as the hardware wants it.
fn new_table(entries: usize) -> &'static mut [Rv64PTE] {
    let size = entries * size_of::<Rv64PTE>();
    let address = global_allocator()
        .alloc_pages(size.align_up_4k() / PAGE_SIZE, size, UsageKind::PageTable)
        .expect("no memory for a second-stage table");
    // SAFETY: the pages are ours alone, and are never freed.
    let table = unsafe { slice::from_raw_parts_mut(address as *mut Rv64PTE, entries) };
    table.fill(Rv64PTE::empty());
    table
}

/// The table that an entry points to.
fn table_at(address: PhysAddr) -> &'static mut [Rv64PTE] {
    // SAFETY: only `new_table` makes tables that entries point to, all but the root have this size, and the caller has
    // the whole tree borrowed.
    unsafe { slice::from_raw_parts_mut(phys_to_virt(address).as_usize() as *mut Rv64PTE, ENTRIES) }
}

/// Makes the CPU forget translations that it may have cached, also the knowledge that there is none.
fn fence_all() {
    // SAFETY: costs time, nothing else.
    unsafe {
        asm!(
            ".option push",
            ".option arch, +h",
            "hfence.gvma zero, zero",
            ".option pop",
            options(nostack)
        )
    };
}

//! The second-stage page table: what the guest takes for physical memory.
//!
//! The guest has page tables of its own (TTBR0_EL1, TTBR1_EL1). The address that comes out of them, the intermediate
//! physical address (IPA), is translated once more by this table (VTTBR_EL2). IPAs have 40 bits here, pages 4 KiB. The walk
//! begins at level 1, where each entry covers 1 GiB; the root is two tables in a row, because 40 bits make 1024 of them. An
//! entry of level 2 covers 2 MiB, one of level 3 4 KiB.

use super::sysreg;
use axalloc::{UsageKind, global_allocator};
use axhal::mem::{PhysAddr, phys_to_virt, virt_to_phys};
use axhal::paging::MappingFlags;
use core::fmt;
use core::{arch::asm, slice};
use memory_addr::{MemoryAddr, VirtAddr};

/// Size of the smallest page.
pub const PAGE_SIZE: usize = 0x1000;
/// Size of a page whose entry stands one level higher: Arm calls it a block.
pub const BLOCK_SIZE: usize = 0x20_0000;

/// Entries of the root, and of the other tables.
const ROOT_ENTRIES: usize = 1024;
const ENTRIES: usize = 512;

/// Names the guest's translations in the TLB. 0 may have been in use when ArceOS was still in EL1.
const VMID: usize = 1;

/// VTCR_EL2: T0SZ = 24 (IPAs of 40 bits), SL0 = 1 (from level 1), tables are normal memory, write-back and inner
/// shareable, TG0 = 0 (4 KiB), PS = 2 (physical addresses of 40 bits), bit 31 is RES1.
const VTCR: usize = 24 | 1 << 6 | 0b01 << 8 | 0b01 << 10 | 0b11 << 12 | 2 << 16 | 1 << 31;

/// A guest physical address: what the guest believes to be physical. Arm's name for it is IPA.
pub type GuestPhysAddr = usize;

/// A second-stage table. It belongs to one virtual machine.
pub struct SecondStage {
    root: &'static mut [Descriptor],
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
        unsafe {
            sysreg::write!(VTCR_EL2, VTCR);
            sysreg::write!(VTTBR_EL2, VMID << 48 | root.as_usize());
            // What the TLB has of EL1 and EL0 is from before.
            asm!("isb", "tlbi ALLE1", "dsb nsh", "isb", options(nostack));
        }
    }

    /// Maps `size` bytes from `gpa` to the machine's memory from `hpa`, with pages as large as alignment allows.
    /// All three are multiples of the page size, and nothing of the range is mapped yet.
    pub fn map(&mut self, gpa: GuestPhysAddr, hpa: PhysAddr, size: usize, access: MappingFlags) {
        let mut offset = 0;
        while offset < size {
            let (gpa, hpa) = (gpa + offset, hpa + offset);
            let fits = (gpa | hpa.as_usize()) % BLOCK_SIZE == 0 && size - offset >= BLOCK_SIZE;
            let page_size = if fits { BLOCK_SIZE } else { PAGE_SIZE };
            let entry = self.entry(gpa, page_size);
            assert!(
                !entry.is_valid(),
                "guest physical address {gpa:#x} is mapped already: {entry:?}"
            );
            *entry = Descriptor::page(hpa, access, page_size);
            offset += page_size;
        }
        // The walk must see the entries. No TLB keeps that there was no translation: there is nothing to invalidate.
        // SAFETY: barriers.
        unsafe { asm!("dsb ishst", "isb", options(nostack, preserves_flags)) };
    }

    /// The entry for `gpa` that maps a page of `page_size`. Makes the tables on the way to it.
    fn entry(&mut self, gpa: GuestPhysAddr, page_size: usize) -> &mut Descriptor {
        let mut table = &mut *self.root;
        // IPA bits 39..30 index the root, 29..21 the next level, 20..12 the last.
        let mut entry = &mut table[gpa >> 30];
        let mut covered = 1 << 30;
        while covered > page_size {
            if !entry.is_valid() {
                let below = new_table(ENTRIES);
                *entry = Descriptor::table(virt_to_phys(VirtAddr::from(below.as_ptr() as usize)));
            }
            assert!(
                entry.is_table(),
                "{gpa:#x} is part of a larger page: {entry:?}"
            );
            covered /= ENTRIES;
            table = table_at(entry.address());
            entry = &mut table[gpa / covered & (ENTRIES - 1)];
        }
        entry
    }
}

/// An entry of a second-stage table: Arm calls it a descriptor, of stage 2 in the VMSAv8-64 translation table format.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Descriptor(usize);

impl Descriptor {
    const VALID: usize = 1 << 0;
    /// At levels 1 and 2: points to a table. At level 3 a page has it, too.
    const TABLE: usize = 1 << 1;
    /// MemAttr: device memory (nGnRE), or normal memory, write-back both in inner and outer caches. What the guest's own
    /// table says may make it stricter.
    const DEVICE: usize = 0b0001 << 2;
    const NORMAL: usize = 0b1111 << 2;
    /// S2AP.
    const READ: usize = 0b01 << 6;
    const WRITE: usize = 0b10 << 6;
    const INNER_SHAREABLE: usize = 0b11 << 8;
    /// AF: without it the first access would be a fault.
    const ACCESSED: usize = 1 << 10;
    /// XN: neither EL1 nor EL0 may execute it.
    const EXECUTE_NEVER: usize = 0b10 << 53;
    const ADDRESS: usize = 0xff_ffff_f000;

    const EMPTY: Self = Self(0);

    fn table(below: PhysAddr) -> Self {
        Self(below.as_usize() | Self::TABLE | Self::VALID)
    }

    fn page(hpa: PhysAddr, access: MappingFlags, size: usize) -> Self {
        let mut bits = hpa.as_usize() | Self::ACCESSED | Self::INNER_SHAREABLE | Self::VALID;
        if size == PAGE_SIZE {
            bits |= Self::TABLE;
        }
        for (flag, yes, no) in [
            (MappingFlags::READ, Self::READ, 0),
            (MappingFlags::WRITE, Self::WRITE, 0),
            (MappingFlags::EXECUTE, 0, Self::EXECUTE_NEVER),
            (MappingFlags::DEVICE, Self::DEVICE, Self::NORMAL),
        ] {
            bits |= if access.contains(flag) { yes } else { no };
        }
        Self(bits)
    }

    fn is_valid(self) -> bool {
        self.0 & Self::VALID != 0
    }

    /// Whether it leads to another table; not for level 3.
    fn is_table(self) -> bool {
        self.0 & Self::TABLE != 0
    }

    fn address(self) -> PhysAddr {
        PhysAddr::from(self.0 & Self::ADDRESS)
    }
}

impl fmt::Debug for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

/// An empty table, aligned to its own size, as the hardware wants it.
fn new_table(entries: usize) -> &'static mut [Descriptor] {
    let size = entries * size_of::<Descriptor>();
    let address = global_allocator()
        .alloc_pages(size.align_up_4k() / PAGE_SIZE, size, UsageKind::PageTable)
        .expect("no memory for a second-stage table");
    // SAFETY: the pages are ours alone, and are never freed.
    let table = unsafe { slice::from_raw_parts_mut(address as *mut Descriptor, entries) };
    table.fill(Descriptor::EMPTY);
    table
}

/// The table that an entry points to.
fn table_at(address: PhysAddr) -> &'static mut [Descriptor] {
    // SAFETY: only `new_table` makes tables that entries point to, all but the root have this size, and the caller has
    // the whole tree borrowed.
    unsafe {
        slice::from_raw_parts_mut(phys_to_virt(address).as_usize() as *mut Descriptor, ENTRIES)
    }
}

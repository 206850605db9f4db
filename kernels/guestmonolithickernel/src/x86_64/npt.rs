//! The nested page table: guest physical address (GPA) → host physical address (AMD APM vol. 2, §15.25).
//!
//! It has the format of an ordinary 4-level table (§5.3), with one rule of its own: the CPU walks it as a user, so
//! every entry must have the user bit. RAM is mapped by 2 MiB pages: three tables are enough for the first gigabyte.

use super::page::{HostPages, PAGE_SIZE};
use std::{vec, vec::Vec};

/// Size and alignment of the pages that this table maps.
pub const LARGE_PAGE: u64 = 2 << 20;

/// Bits of a page table entry (§5.3.3, §5.4).
mod entry {
    pub const PRESENT: u64 = 1 << 0;
    pub const WRITABLE: u64 = 1 << 1;
    pub const USER: u64 = 1 << 2;
    /// In the third level: the entry maps 2 MiB instead of pointing to a table.
    pub const PAGE_SIZE: u64 = 1 << 7;
    pub const ADDRESS: u64 = 0x000f_ffff_ffff_f000;
}

/// Entries in a table of any level.
const ENTRIES: usize = 512;

type Table = [u64; ENTRIES];

/// A guest's physical address space.
pub struct NestedPageTable {
    /// All tables; the first one is the root (PML4).
    tables: Vec<HostPages>,
}

impl NestedPageTable {
    /// An empty address space: every access of the guest is a nested page fault.
    pub fn new() -> Self {
        Self {
            tables: vec![HostPages::new(1, PAGE_SIZE)],
        }
    }

    /// What N_CR3 takes.
    pub fn root(&self) -> u64 {
        self.tables[0].physical_address()
    }

    /// Maps `size` bytes of the guest's physical memory at `gpa`, readable, writable and executable, to the host's at
    /// `physical`. All three must be multiples of [`LARGE_PAGE`].
    pub fn map(&mut self, gpa: u64, physical: u64, size: u64) {
        assert!(
            (gpa | physical | size) % LARGE_PAGE == 0,
            "a nested mapping must be aligned to 2 MiB"
        );
        for offset in (0..size).step_by(LARGE_PAGE as usize) {
            let leaf = entry::PRESENT | entry::WRITABLE | entry::USER | entry::PAGE_SIZE;
            *self.directory_entry(gpa + offset) = physical + offset | leaf;
        }
    }

    /// The entry of the page directory that is responsible for `gpa`; tables above it are made where missing.
    fn directory_entry(&mut self, gpa: u64) -> &mut u64 {
        let mut table = 0;
        for shift in [39, 30] {
            table = self.next_table(table, index(gpa, shift));
        }
        &mut self.table(table)[index(gpa, 21)]
    }

    /// The table, by its number in `tables`, that entry `slot` of table `from` points to.
    fn next_table(&mut self, from: usize, slot: usize) -> usize {
        let value = self.table(from)[slot];
        if value & entry::PRESENT != 0 {
            let address = value & entry::ADDRESS;
            return (self.tables.iter())
                .position(|table| table.physical_address() == address)
                .expect("the nested page table points to a table that is not its own");
        }
        let table = HostPages::new(1, PAGE_SIZE);
        self.table(from)[slot] =
            table.physical_address() | entry::PRESENT | entry::WRITABLE | entry::USER;
        self.tables.push(table);
        self.tables.len() - 1
    }

    fn table(&mut self, number: usize) -> &mut Table {
        // SAFETY: a table is one page of 512 entries, and `self` is borrowed mutably.
        unsafe { &mut *self.tables[number].as_mut_ptr::<Table>() }
    }
}

/// The nine bits of `address` that select an entry at the level whose pages or tables span 2^`shift` bytes.
fn index(address: u64, shift: u32) -> usize {
    (address >> shift) as usize % ENTRIES
}

//! The two bitmaps that say which ports and which model-specific registers the guest may touch by itself.
//!
//! A set bit means VM exit. Both maps start with all bits set, so that what nobody thought of comes to the hypervisor.

use super::{
    msr,
    page::{HostPages, PAGE_SIZE},
};

/// I/O permission map: one bit a port, 12 KiB (AMD APM vol. 2, §15.10.1).
pub struct Iopm {
    pages: HostPages,
}

impl Iopm {
    /// A map that sends every access to the hypervisor.
    pub fn new() -> Self {
        let mut pages = HostPages::new(3, PAGE_SIZE);
        pages.as_mut_slice().fill(0xff);
        Self { pages }
    }

    /// Gives the guest `count` ports from `first` on: its `in` and `out` reach the device itself.
    pub fn allow(&mut self, first: u16, count: u16) {
        for port in first..first + count {
            self.pages.as_mut_slice()[usize::from(port) / 8] &= !(1 << (port % 8));
        }
    }

    pub fn physical_address(&self) -> u64 {
        self.pages.physical_address()
    }
}

/// MSR permission map: two bits a register, read then write, 8 KiB (§15.11).
pub struct Msrpm {
    pages: HostPages,
}

/// Registers that belong to whoever runs: VMSAVE and VMLOAD exchange them together with the world, so the guest's
/// `syscall` entry, `swapgs` and segment bases work at full speed and never disturb the host's.
pub const SWITCHED_WITH_THE_WORLD: [u32; 10] = [
    msr::STAR,
    msr::LSTAR,
    msr::CSTAR,
    msr::SFMASK,
    msr::FS_BASE,
    msr::GS_BASE,
    msr::KERNEL_GS_BASE,
    msr::SYSENTER_CS,
    msr::SYSENTER_ESP,
    msr::SYSENTER_EIP,
];

impl Msrpm {
    /// A map that sends every access to the hypervisor.
    pub fn new() -> Self {
        let mut pages = HostPages::new(2, PAGE_SIZE);
        pages.as_mut_slice().fill(0xff);
        Self { pages }
    }

    /// Gives the guest `msr`, for reading and writing.
    ///
    /// Panics for a register that the map has no bits for: accesses to it always exit.
    pub fn allow(&mut self, msr: u32) {
        // Three ranges of 2000h registers have 800h bytes each.
        let (table, index) = match msr {
            0x0000_0000..=0x0000_1fff => (0x000, msr),
            0xc000_0000..=0xc000_1fff => (0x800, msr - 0xc000_0000),
            0xc001_0000..=0xc001_1fff => (0x1000, msr - 0xc001_0000),
            _ => panic!("MSR {msr:#x} is not in the permission map"),
        };
        let first_bit = index as usize * 2;
        self.pages.as_mut_slice()[table + first_bit / 8] &= !(0b11 << (first_bit % 8));
    }

    pub fn physical_address(&self) -> u64 {
        self.pages.physical_address()
    }
}

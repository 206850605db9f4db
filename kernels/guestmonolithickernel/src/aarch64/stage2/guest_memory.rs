//! The guest's RAM: the upper part of the machine's, which the hypervisor's configuration leaves out.
//!
//! It is mapped in blocks of 2 MiB, each when the guest first touches it. The blocks are rotated by half, so that no guest
//! physical address is the physical one: who mixes them up will notice.

use super::second_stage::{BLOCK_SIZE, GuestPhysAddr};
use super::window;
use axhal::mem::PhysAddr;
use axhal::paging::MappingFlags;
use core::ops::Range;
use core::slice;
use memory_addr::{MemoryAddr, pa};

/// Where the guest has RAM, as payload/gkernel/configs/aarch64.toml says. Its image goes to the start.
pub const GUEST_RAM: Range<GuestPhysAddr> = 0x4420_0000..0x4800_0000;

/// The memory that is its RAM, of the same size. Nothing else is ever put there.
const HOST_RAM: PhysAddr = pa!(0x4420_0000);
const SIZE: usize = GUEST_RAM.end - GUEST_RAM.start;

/// How far behind the start of `HOST_RAM` the guest's RAM starts; its end then comes before.
const ROTATION: usize = 16 * BLOCK_SIZE;

/// A block of the guest's RAM.
pub struct Block {
    pub gpa: GuestPhysAddr,
    pub hpa: PhysAddr,
}

/// The block that has `gpa` in it, which is an address of the guest's RAM.
pub fn block(gpa: GuestPhysAddr) -> Block {
    let gpa = gpa.align_down(BLOCK_SIZE);
    let hpa = HOST_RAM + (gpa - GUEST_RAM.start + ROTATION) % SIZE;
    Block { gpa, hpa }
}

/// The start of the guest's RAM, as far as it lies in one piece. Called once, before the guest runs.
pub fn first_part() -> &'static mut [u8] {
    let access = MappingFlags::READ | MappingFlags::WRITE;
    let size = SIZE - ROTATION;
    let start = window::open(HOST_RAM + ROTATION, size, access);
    // SAFETY: mapped just now, plain memory, and nobody else knows it.
    unsafe { slice::from_raw_parts_mut(start.as_mut_ptr(), size) }
}

//! The devices that the guest may use. They are the machine's own: the hypervisor emulates nothing.
//!
//! None of them is mapped when the guest starts. The first access to each of their pages ends in a guest page fault;
//! then the hypervisor maps that page and lets the guest try again. From there on it reaches the device without help.

use super::second_stage::GuestPhysAddr;
use axhal::paging::MappingFlags;

/// A range of guest physical addresses that leads to the same address of the machine.
pub struct Device {
    /// For who reads this in a debugger.
    #[expect(dead_code)]
    pub name: &'static str,
    pub start: GuestPhysAddr,
    pub size: usize,
    pub access: MappingFlags,
}

const READ_WRITE: MappingFlags = MappingFlags::READ
    .union(MappingFlags::WRITE)
    .union(MappingFlags::DEVICE);

/// What payload/gkernel/configs/riscv64.toml names. Not the disk: that is the hypervisor's.
static DEVICES: [Device; 3] = [
    Device {
        name: "PLIC",
        start: 0x0c00_0000,
        size: 0x60_0000,
        access: READ_WRITE,
    },
    Device {
        name: "UART",
        start: 0x1000_0000,
        size: 0x1000,
        access: READ_WRITE,
    },
    // The flash is read, not written: a store to it is an error of the guest.
    Device {
        name: "pflash1",
        start: 0x2200_0000,
        size: 0x200_0000,
        access: MappingFlags::READ.union(MappingFlags::DEVICE),
    },
];

/// The device at `gpa`.
pub fn find(gpa: GuestPhysAddr) -> Option<&'static Device> {
    DEVICES
        .iter()
        .find(|device| (device.start..device.start + device.size).contains(&gpa))
}

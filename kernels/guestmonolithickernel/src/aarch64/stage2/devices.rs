//! The devices that the guest may use. They are the machine's own: the hypervisor emulates nothing.
//!
//! None of them is mapped when the guest starts. The first access to each of their pages ends in a stage-2 fault; then the
//! hypervisor maps that page and lets the guest try again. From there on it reaches the device without help.

use super::second_stage::GuestPhysAddr;
use axhal::mem::PhysAddr;
use axhal::paging::MappingFlags;
use memory_addr::pa;

/// A range of guest physical addresses that leads to a device of the machine.
pub struct Device {
    /// For who reads this in a debugger.
    #[expect(dead_code)]
    pub name: &'static str,
    pub start: GuestPhysAddr,
    pub size: usize,
    /// Where `start` leads to.
    pub hpa: PhysAddr,
    pub access: MappingFlags,
}

const READ_WRITE: MappingFlags = MappingFlags::READ
    .union(MappingFlags::WRITE)
    .union(MappingFlags::DEVICE);

/// What payload/gkernel/configs/aarch64.toml names. Not the disk: that is the hypervisor's.
static DEVICES: [Device; 5] = [
    // The flash is read, not written: a store to it is an error of the guest.
    Device {
        name: "pflash1",
        start: 0x0400_0000,
        size: 0x400_0000,
        hpa: pa!(0x0400_0000),
        access: MappingFlags::READ.union(MappingFlags::DEVICE),
    },
    Device {
        name: "GIC distributor",
        start: 0x0800_0000,
        size: 0x1_0000,
        hpa: pa!(0x0800_0000),
        access: READ_WRITE,
    },
    // The one address that leads elsewhere: to the virtual CPU interface (GICV), where the guest finds the interrupts that
    // gic.rs gives it. The real CPU interface is the hypervisor's.
    Device {
        name: "GIC CPU interface",
        start: 0x0801_0000,
        size: 0x2000,
        hpa: pa!(0x0804_0000),
        access: READ_WRITE,
    },
    Device {
        name: "UART",
        start: 0x0900_0000,
        size: 0x1000,
        hpa: pa!(0x0900_0000),
        access: READ_WRITE,
    },
    Device {
        name: "RTC",
        start: 0x0901_0000,
        size: 0x1000,
        hpa: pa!(0x0901_0000),
        access: READ_WRITE,
    },
];

/// The device at `gpa`.
pub fn find(gpa: GuestPhysAddr) -> Option<&'static Device> {
    DEVICES
        .iter()
        .find(|device| (device.start..device.start + device.size).contains(&gpa))
}

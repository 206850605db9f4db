//! The virtual machine: CPU, memory and devices together, and the loop that runs it.

use super::{
    exits::{Next, Unhandled},
    guest_memory::GuestMemory,
    lapic::LocalApic,
    multiboot,
    npt::NestedPageTable,
    permissions::{Iopm, Msrpm, SWITCHED_WITH_THE_WORLD},
    vcpu::{Boundaries, Vcpu},
};

/// COM1: eight ports. The guest drives the real UART, so what it prints costs no VM exits.
const COM1: (u16, u16) = (0x3f8, 8);

/// A guest with one CPU.
pub struct VirtualMachine {
    pub vcpu: Vcpu,
    pub memory: GuestMemory,
    pub apic: LocalApic,
    /// The CPU reads these while the guest runs, so they live as long as the machine.
    _npt: NestedPageTable,
    _iopm: Iopm,
    _msrpm: Msrpm,
}

impl VirtualMachine {
    /// A machine that has `memory` and will start at `entry` as if a Multiboot loader had jumped there.
    pub fn new(mut memory: GuestMemory, entry: u32) -> Self {
        multiboot::write_info(&mut memory);

        let mut npt = NestedPageTable::new();
        npt.map(0, memory.physical_address(), memory.size() as u64);
        let mut iopm = Iopm::new();
        iopm.allow(COM1.0, COM1.1);
        let mut msrpm = Msrpm::new();
        SWITCHED_WITH_THE_WORLD
            .into_iter()
            .for_each(|msr| msrpm.allow(msr));

        let boundaries = Boundaries {
            nested_page_table: npt.root(),
            iopm: iopm.physical_address(),
            msrpm: msrpm.physical_address(),
        };
        let vcpu = Vcpu::new(
            entry,
            multiboot::BOOTLOADER_MAGIC,
            multiboot::INFO_GPA,
            &boundaries,
        );
        Self {
            vcpu,
            memory,
            apic: LocalApic::new(),
            _npt: npt,
            _iopm: iopm,
            _msrpm: msrpm,
        }
    }

    /// Runs the guest until it asks for power off.
    pub fn run(&mut self) -> Result<(), Unhandled> {
        loop {
            self.vcpu.run();
            if self.handle_exit()? == Next::PowerOff {
                return Ok(());
            }
            if let Some(vector) = self.apic.timer_interrupt(super::now()) {
                self.vcpu.raise_virtual_interrupt(vector);
            }
        }
    }

    /// Lets the host sleep until the guest's timer has run out. The host's own timer interrupt wakes it to look again.
    pub fn wait_for_timer(&mut self) {
        while !self.apic.timer_has_run_out(super::now()) {
            axhal::asm::wait_for_irqs();
        }
    }
}

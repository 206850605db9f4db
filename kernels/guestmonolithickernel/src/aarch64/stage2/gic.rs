//! Interrupts, which the hypervisor takes and gives to the guest, by a GICv2 with virtualization extensions:
//!
//! 1. The guest programs the real distributor (GICD): which interrupts there are is its own business.
//! 2. HCR_EL2.IMO brings each of them to EL2. The hypervisor acknowledges it at the real CPU interface (GICC), which keeps it
//!    active: it does not come again before somebody deactivates it.
//! 3. The hypervisor writes it into a list register (GICH_LR), with the number of the real one. The virtual CPU interface
//!    (GICV) raises a virtual IRQ: on the way back into the guest the CPU takes that, as soon as PSTATE.I allows.
//! 4. What the guest takes for its CPU interface is GICV (`devices.rs`). It acknowledges there, and its end-of-interrupt
//!    deactivates the real interrupt as well, without an exit.
//!
//! See the ARM Generic Interrupt Controller Architecture Specification version 2.0, chapter 5.

use super::window;
use axhal::mem::{PhysAddr, phys_to_virt};
use axhal::paging::MappingFlags;
use core::ptr;
use memory_addr::{VirtAddr, pa};

const GICD: PhysAddr = pa!(0x0800_0000);
const GICC: PhysAddr = pa!(0x0801_0000);
const GICH: PhysAddr = pa!(0x0803_0000);
const GICH_SIZE: usize = 0x1000;

/// Priority, one byte for each interrupt.
const GICD_IPRIORITYR: usize = 0x400;

const GICC_CTLR: usize = 0x0;
const GICC_PMR: usize = 0x4;
const GICC_IAR: usize = 0xc;
const GICC_EOIR: usize = 0x10;
const GICC_DIR: usize = 0x1000;

/// GICC_CTLR: interrupts are signalled.
const CTLR_ENABLE: u32 = 1 << 0;
/// GICC_CTLR: EOIR drops the running priority only; deactivation is an act of its own.
const CTLR_EOI_MODE: u32 = 1 << 9;
/// GICC_PMR: every priority is let through.
const ANY_PRIORITY: u32 = 0xff;
/// GICC_IAR: the interrupt's number; with an inter-processor interrupt, from bit 10 on, its sender.
const IAR_NUMBER: u32 = 0x3ff;
/// Numbers from here on are none: the interrupt is gone again.
const SPECIAL_NUMBERS: u32 = 1020;
/// Numbers below are inter-processor interrupts.
const FIRST_PRIVATE: u32 = 16;

const GICH_HCR: usize = 0x0;
const GICH_VTR: usize = 0x4;
const GICH_VMCR: usize = 0x8;
const GICH_ELRSR: usize = 0x30;
const GICH_APR: usize = 0xf0;
const GICH_LR: usize = 0x100;

/// GICH_HCR: the virtual CPU interface works.
const HCR_ENABLE: u32 = 1 << 0;
/// GICH_VTR: the number of list registers, less one.
const VTR_LIST_REGISTERS: u32 = 0b11_1111;
/// GICH_LR: the virtual interrupt is pending.
const LR_PENDING: u32 = 0b01 << 28;
/// GICH_LR: it stands for the real interrupt whose number begins at bit 10.
const LR_HARDWARE: u32 = 1 << 31;

/// The interrupt controller, as far as it is the hypervisor's.
pub struct Gic {
    distributor: VirtAddr,
    cpu: VirtAddr,
    control: VirtAddr,
    list_registers: usize,
}

impl Gic {
    /// Makes the CPU interface give interrupts to the hypervisor, and the virtual one what it is after a reset.
    pub fn new() -> Self {
        let access = MappingFlags::READ | MappingFlags::WRITE | MappingFlags::DEVICE;
        let control = window::open(GICH, GICH_SIZE, access);
        let list_registers = (read(control + GICH_VTR) & VTR_LIST_REGISTERS) as usize + 1;
        for index in 0..list_registers {
            write(control + GICH_LR + 4 * index, 0);
        }
        write(control + GICH_APR, 0);
        write(control + GICH_VMCR, 0);
        write(control + GICH_HCR, HCR_ENABLE);

        let cpu = phys_to_virt(GICC);
        write(cpu + GICC_PMR, ANY_PRIORITY);
        write(cpu + GICC_CTLR, CTLR_ENABLE | CTLR_EOI_MODE);
        Self {
            distributor: phys_to_virt(GICD),
            cpu,
            control,
            list_registers,
        }
    }

    /// Takes the interrupt that made the guest exit, and gives it to the guest.
    ///
    /// # Returns
    /// `false`, if the guest has left so many unanswered that there is no place for it.
    pub fn inject(&mut self) -> bool {
        let acknowledged = read(self.cpu + GICC_IAR);
        let number = acknowledged & IAR_NUMBER;
        if number >= SPECIAL_NUMBERS {
            return true;
        }
        // Another one of the same priority may interrupt now.
        write(self.cpu + GICC_EOIR, acknowledged);

        let priority = self.priority(number);
        let source = if number < FIRST_PRIVATE {
            // What the guest will end is the message, which has come: nothing real stays active. Bits 10 to 12 have the sender.
            write(self.cpu + GICC_DIR, acknowledged);
            acknowledged & !IAR_NUMBER
        } else {
            LR_HARDWARE | number << 10
        };
        self.list(source | LR_PENDING | priority << 23 | number)
    }

    /// The five bits of an interrupt's priority that a list register has.
    fn priority(&self, number: u32) -> u32 {
        let word = read(self.distributor + GICD_IPRIORITYR + (number as usize & !3));
        word.to_le_bytes()[number as usize % 4] as u32 >> 3
    }

    /// Puts a virtual interrupt into a list register that is empty.
    fn list(&mut self, interrupt: u32) -> bool {
        let empty = read(self.control + GICH_ELRSR).trailing_zeros() as usize;
        if empty >= self.list_registers {
            return false;
        }
        write(self.control + GICH_LR + 4 * empty, interrupt);
        true
    }
}

fn read(register: VirtAddr) -> u32 {
    // SAFETY: callers name registers of the three windows, which are mapped.
    unsafe { ptr::read_volatile(register.as_ptr().cast()) }
}

fn write(register: VirtAddr, value: u32) {
    // SAFETY: as above. What the values do to the machine is described above.
    unsafe { ptr::write_volatile(register.as_mut_ptr().cast(), value) };
}

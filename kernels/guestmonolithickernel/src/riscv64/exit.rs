//! Why the guest stopped running.

use super::csr::{self, cause};
use super::second_stage::GuestPhysAddr;
use super::vcpu::ExitState;
use axhal::paging::MappingFlags;
use core::fmt;

/// A VM exit: the trap, decoded from scause and the registers that go with it.
#[derive(Debug, Clone, Copy)]
pub enum VmExit {
    /// The guest kernel has executed `ecall`: it wants something from its SBI firmware, which is us.
    SbiCall,
    /// The second-stage table has no translation for `gpa` that allows `access`.
    GuestPageFault {
        gpa: GuestPhysAddr,
        access: MappingFlags,
    },
    /// The time has come that the timer was set to.
    TimerInterrupt,
    /// The guest may not execute this instruction, but could in HS-mode. stval has it.
    VirtualInstruction,
    /// Nothing that this hypervisor expects.
    Unexpected,
}

impl VmExit {
    /// Decodes the trap that the CPU has recorded.
    pub fn decode(exit: &ExitState) -> Self {
        const TIMER_INTERRUPT: usize = csr::SCAUSE_INTERRUPT | cause::SUPERVISOR_TIMER;
        let guest_page_fault = |access| Self::GuestPageFault {
            gpa: exit.gpa(),
            access,
        };
        match exit.scause {
            TIMER_INTERRUPT => Self::TimerInterrupt,
            cause::ECALL_FROM_VS => Self::SbiCall,
            cause::INSTRUCTION_GUEST_PAGE_FAULT => guest_page_fault(MappingFlags::EXECUTE),
            cause::LOAD_GUEST_PAGE_FAULT => guest_page_fault(MappingFlags::READ),
            cause::STORE_GUEST_PAGE_FAULT => guest_page_fault(MappingFlags::WRITE),
            cause::VIRTUAL_INSTRUCTION => Self::VirtualInstruction,
            _ => Self::Unexpected,
        }
    }
}

impl ExitState {
    /// The guest physical address of a guest page fault. htval has it without its two lowest bits, which are those of
    /// the virtual address.
    pub fn gpa(&self) -> GuestPhysAddr {
        self.htval << 2 | self.stval & 0b11
    }
}

/// The end of a guest that the hypervisor cannot go on with.
pub struct Unhandled {
    pub reason: &'static str,
    pub state: ExitState,
    /// Where the guest is.
    pub sepc: usize,
}

impl fmt::Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ExitState {
            scause,
            stval,
            htval,
            ..
        } = self.state;
        write!(f, "{}: scause={scause:#x} stval={stval:#x}", self.reason)?;
        if let VmExit::GuestPageFault { gpa, access } = VmExit::decode(&self.state) {
            write!(
                f,
                " htval={htval:#x}, {access:?} of guest physical {gpa:#x}"
            )?;
        }
        write!(f, ", guest pc={:#x}", self.sepc)
    }
}

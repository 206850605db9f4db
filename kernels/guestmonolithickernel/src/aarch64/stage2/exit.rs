//! Why the guest stopped running.

use super::second_stage::GuestPhysAddr;
use super::sysreg::{self, ec};
use super::vcpu::ExitState;
use axhal::paging::MappingFlags;
use core::fmt;

/// A VM exit: the exception, decoded from its vector, ESR_EL2 and the registers that go with it.
#[derive(Debug, Clone, Copy)]
pub enum VmExit {
    /// The guest kernel calls its firmware or its hypervisor, which are both us.
    Hypercall(Conduit),
    /// The second-stage table has no translation for `gpa`, which is wanted for `access`.
    StageTwoFault {
        gpa: GuestPhysAddr,
        access: MappingFlags,
    },
    /// A device interrupts, or the guest's timer.
    Interrupt,
    /// Nothing that this hypervisor expects.
    Unexpected,
}

/// By which instruction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Conduit {
    Hvc,
    Smc,
}

/// `ExitState::kind`: which of the vectors in `world_switch.S`.
const SYNCHRONOUS: usize = 0;
const IRQ: usize = 1;

impl VmExit {
    /// Decodes the exception that the CPU has recorded.
    pub fn decode(exit: &ExitState) -> Self {
        match (exit.kind, exit.class()) {
            (IRQ, _) => Self::Interrupt,
            (SYNCHRONOUS, ec::HVC) => Self::Hypercall(Conduit::Hvc),
            (SYNCHRONOUS, ec::SMC) => Self::Hypercall(Conduit::Smc),
            (SYNCHRONOUS, ec::INSTRUCTION_ABORT | ec::DATA_ABORT)
                if exit.is_translation_fault() =>
            {
                Self::StageTwoFault {
                    gpa: exit.gpa(),
                    access: exit.access(),
                }
            }
            _ => Self::Unexpected,
        }
    }
}

impl ExitState {
    /// ESR_EL2.EC.
    fn class(&self) -> usize {
        self.esr >> 26 & 0b11_1111
    }

    /// Whether an abort is a translation fault, at any level. It is one of stage 2: those of stage 1 go to EL1.
    fn is_translation_fault(&self) -> bool {
        self.esr & sysreg::ISS_FSC & !sysreg::FSC_LEVEL == sysreg::FSC_TRANSLATION
    }

    /// Whether the hardware met a stage-2 fault when it read the guest's own table, which is guest physical, too.
    fn is_in_walk(&self) -> bool {
        self.esr & sysreg::ISS_S1PTW != 0
    }

    /// What a stage-2 fault was about to do.
    fn access(&self) -> MappingFlags {
        if self.is_in_walk() {
            MappingFlags::READ
        } else if self.class() == ec::INSTRUCTION_ABORT {
            MappingFlags::EXECUTE
        } else if self.esr & sysreg::ISS_WNR != 0 {
            MappingFlags::WRITE
        } else {
            MappingFlags::READ
        }
    }

    /// The guest physical address of a stage-2 fault. HPFAR_EL2 has its page, from bit 4 on; the rest is that of the virtual
    /// address, unless it was a table's entry that was wanted: of that only the page is known.
    pub fn gpa(&self) -> GuestPhysAddr {
        let page = (self.hpfar & 0xfff_ffff_fff0) << 8;
        if self.is_in_walk() {
            page
        } else {
            page | self.far & 0xfff
        }
    }
}

/// The end of a guest that the hypervisor cannot go on with.
pub struct Unhandled {
    pub reason: &'static str,
    pub state: ExitState,
    /// Where the guest is.
    pub pc: usize,
}

impl fmt::Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ExitState { kind, esr, far, .. } = self.state;
        let vector = match kind {
            SYNCHRONOUS => "synchronous exception",
            IRQ => "IRQ",
            2 => "FIQ",
            3 => "SError",
            _ => "exception in the world switch itself",
        };
        write!(f, "{}: {vector}", self.reason)?;
        if kind != IRQ {
            write!(f, " esr={esr:#x} far={far:#x}")?;
        }
        if let VmExit::StageTwoFault { gpa, access } = VmExit::decode(&self.state) {
            write!(f, ", {access:?} of guest physical {gpa:#x}")?;
        }
        write!(f, ", guest pc={:#x}", self.pc)
    }
}

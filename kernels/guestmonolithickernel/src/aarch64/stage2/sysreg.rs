//! System registers by their names, and the bits of them that are used here.
//!
//! See the Arm Architecture Reference Manual, chapter D24 (in issue L). What ends in `_EL12` or `_EL02` is the guest's: with
//! HCR_EL2.E2H the names in `_EL1` mean the registers of EL2, as long as EL2 is where the CPU is.

/// Reads a register: `sysreg::read!(HPFAR_EL2)`.
#[collapse_debuginfo(yes)]
macro_rules! read {
    ($name:ident) => {{
        let value: usize;
        // SAFETY: none of the registers that this module names changes anything when it is read.
        unsafe { core::arch::asm!(".arch armv8.1-a", concat!("mrs {}, ", stringify!($name)), out(reg) value, options(nomem, nostack)) };
        value
    }};
}

/// Writes a register: `sysreg::write!(VTTBR_EL2, value)`. What follows from the value is the caller's responsibility.
#[collapse_debuginfo(yes)]
macro_rules! write {
    ($name:ident, $value:expr) => {
        core::arch::asm!(".arch armv8.1-a", concat!("msr ", stringify!($name), ", {}"), in(reg) $value, options(nostack))
    };
}

pub(super) use {read, write};

/// HCR_EL2: which of the guest's doings come to EL2, and what EL1's names mean there.
pub mod hcr {
    /// Stage 2 translates what EL1 and EL0 take for physical addresses.
    const VM: usize = 1 << 0;
    /// Set/way invalidation of caches also cleans them: a guest must not drop what others wrote.
    const SWIO: usize = 1 << 1;
    /// FIQ, IRQ and SError go to EL2; the guest has virtual ones.
    const FMO: usize = 1 << 3;
    const IMO: usize = 1 << 4;
    const AMO: usize = 1 << 5;
    /// SMC of EL1 goes to EL2.
    const TSC: usize = 1 << 19;
    /// Exceptions of EL0 go to EL2: EL0 is not a guest's.
    const TGE: usize = 1 << 27;
    /// EL1 is AArch64.
    const RW: usize = 1 << 31;
    /// EL2 has what an operating system wants: two roots, EL1's formats of registers, and EL1's names for them.
    const E2H: usize = 1 << 34;
    /// Pointer authentication and its keys do not trap.
    const APK: usize = 1 << 40;
    const API: usize = 1 << 41;

    /// While the hypervisor runs.
    pub const HOST: usize = RW | E2H | TGE;
    /// While the guest runs.
    pub const GUEST: usize = RW | E2H | VM | SWIO | FMO | IMO | AMO | TSC | APK | API;
}

/// ESR_EL2.EC: why a synchronous exception came. ARM DDI 0487, "ESR_EL2".
pub mod ec {
    pub const HVC: usize = 0x16;
    pub const SMC: usize = 0x17;
    pub const INSTRUCTION_ABORT: usize = 0x20;
    pub const DATA_ABORT: usize = 0x24;
}

/// ESR_EL2.ISS of an abort: the fault status code (DFSC, IFSC).
pub const ISS_FSC: usize = 0b11_1111;
/// Fault status codes of a translation fault have the level in their two lowest bits.
pub const FSC_TRANSLATION: usize = 0b00_0100;
pub const FSC_LEVEL: usize = 0b11;
/// ESR_EL2.ISS of a data abort: the access was a write.
pub const ISS_WNR: usize = 1 << 6;
/// ESR_EL2.ISS of an abort: it was not the guest's access, but the hardware's to the guest's translation table.
pub const ISS_S1PTW: usize = 1 << 7;

/// SPSR_EL2: EL1 with its own stack pointer, and D, A, I and F masked.
pub const SPSR_EL1H_MASKED: usize = 0b11_1100_0101;

/// SCTLR_EL1 with M, C and I clear: the bits that are RES1 in Armv8.0.
pub const SCTLR_RESET: usize = 0x30d0_0800;

/// ID_AA64MMFR1_EL1.VH: not 0 if the CPU has HCR_EL2.E2H.
pub const MMFR1_VH: usize = 0b1111 << 8;

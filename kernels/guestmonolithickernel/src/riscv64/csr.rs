//! The control and status registers of the H extension, by the manual's names, and the bits of them that are used here.
//!
//! See "H Extension for Hypervisor Support" in the RISC-V Privileged ISA.
//!
//! With `collapse_debuginfo` a macro's code has the line of its call in a debugger, as that of macros of other crates always
//! has: a breakpoint on a call stops there, and a step goes over one call.

/// Reads a CSR: `csr::read!(hgatp)`.
#[collapse_debuginfo(yes)]
macro_rules! read {
    ($name:ident) => {{
        let value: usize;
        // SAFETY: none of the CSRs that this module names changes anything when it is read.
        unsafe { core::arch::asm!(concat!("csrr {}, ", stringify!($name)), out(reg) value, options(nomem, nostack)) };
        value
    }};
}

/// Writes a CSR: `csr::write!(hgatp, value)`. What follows from the value is the caller's responsibility.
#[collapse_debuginfo(yes)]
macro_rules! write {
    ($name:ident, $value:expr) => {
        core::arch::asm!(concat!("csrw ", stringify!($name), ", {}"), in(reg) $value, options(nostack))
    };
}

/// Sets the bits of a CSR that are 1 in the value.
#[collapse_debuginfo(yes)]
macro_rules! set {
    ($name:ident, $bits:expr) => {
        core::arch::asm!(concat!("csrs ", stringify!($name), ", {}"), in(reg) $bits, options(nostack))
    };
}

/// Clears the bits of a CSR that are 1 in the value.
#[collapse_debuginfo(yes)]
macro_rules! clear {
    ($name:ident, $bits:expr) => {
        core::arch::asm!(concat!("csrc ", stringify!($name), ", {}"), in(reg) $bits, options(nostack))
    };
}

pub(super) use {clear, read, set, write};

/// sstatus: what `sret` returns to is not user mode.
pub const SSTATUS_SPP: usize = 1 << 8;

/// sstatus and vsstatus: user mode has 64 bits.
pub const SSTATUS_UXL_64: usize = 2 << 32;

/// hstatus: the guest kernel has 64 bits.
pub const HSTATUS_VSXL_64: usize = 2 << 32;
/// hstatus: `sret` goes into the guest (V=1); after a trap, the trap came from there.
pub const HSTATUS_SPV: usize = 1 << 7;
/// hstatus: the guest was, or shall be, in VS-mode and not in VU-mode. Matters for HLV and HSV.
pub const HSTATUS_SPVP: usize = 1 << 8;

/// hvip: the software interrupt that the guest sees as its own, an inter-processor interrupt.
pub const HVIP_VSSIP: usize = 1 << 2;
/// hvip: the timer interrupt that the guest sees as its own supervisor timer interrupt.
pub const HVIP_VSTIP: usize = 1 << 6;

/// sie: the hypervisor's own timer interrupt.
pub const SIE_STIE: usize = 1 << 5;

/// hideleg: the guest's software, timer and external interrupt. Taken by the guest without an exit.
pub const HIDELEG_VSSI: usize = 1 << 2;
pub const HIDELEG_VSTI: usize = 1 << 6;
pub const HIDELEG_VSEI: usize = 1 << 10;

/// hcounteren: `rdcycle`, `rdtime` and `rdinstret` work in the guest.
pub const HCOUNTEREN_CY_TM_IR: usize = 0b111;

/// hgatp: the second-stage table is an Sv39x4 table.
pub const HGATP_MODE_SV39X4: usize = 8 << 60;

/// scause: the top bit tells an interrupt from an exception.
pub const SCAUSE_INTERRUPT: usize = 1 << 63;

/// Codes of exceptions, as scause has them and as bit numbers of hedeleg.
pub mod cause {
    pub const INSTRUCTION_MISALIGNED: usize = 0;
    pub const INSTRUCTION_ACCESS_FAULT: usize = 1;
    pub const ILLEGAL_INSTRUCTION: usize = 2;
    pub const BREAKPOINT: usize = 3;
    pub const LOAD_MISALIGNED: usize = 4;
    pub const LOAD_ACCESS_FAULT: usize = 5;
    pub const STORE_MISALIGNED: usize = 6;
    pub const STORE_ACCESS_FAULT: usize = 7;
    pub const ECALL_FROM_VU: usize = 8;
    pub const ECALL_FROM_VS: usize = 10;
    pub const INSTRUCTION_PAGE_FAULT: usize = 12;
    pub const LOAD_PAGE_FAULT: usize = 13;
    pub const STORE_PAGE_FAULT: usize = 15;
    pub const INSTRUCTION_GUEST_PAGE_FAULT: usize = 20;
    pub const LOAD_GUEST_PAGE_FAULT: usize = 21;
    pub const VIRTUAL_INSTRUCTION: usize = 22;
    pub const STORE_GUEST_PAGE_FAULT: usize = 23;

    /// Together with [`super::SCAUSE_INTERRUPT`].
    pub const SUPERVISOR_TIMER: usize = 5;
}

//! What the hypervisor decides once, before the first guest runs: which traps it wants to see.

use super::csr::{self, cause};

/// Exceptions that the guest kernel handles itself, as it would on a real machine. They arrive in VS-mode at vstvec and
/// the hypervisor does not notice. Not among them: `ecall` from VS-mode and the guest page faults, which are its work.
const DELEGATED: [usize; 12] = [
    cause::INSTRUCTION_MISALIGNED,
    cause::INSTRUCTION_ACCESS_FAULT,
    cause::ILLEGAL_INSTRUCTION,
    cause::BREAKPOINT,
    cause::LOAD_MISALIGNED,
    cause::LOAD_ACCESS_FAULT,
    cause::STORE_MISALIGNED,
    cause::STORE_ACCESS_FAULT,
    cause::ECALL_FROM_VU,
    cause::INSTRUCTION_PAGE_FAULT,
    cause::LOAD_PAGE_FAULT,
    cause::STORE_PAGE_FAULT,
];

/// Sets hedeleg, hideleg and their like. Without the H extension the first of these is an illegal instruction.
pub fn configure_virtualization() {
    let hedeleg = DELEGATED.iter().fold(0, |bits, code| bits | 1 << code);
    let hideleg = csr::HIDELEG_VSSI | csr::HIDELEG_VSTI | csr::HIDELEG_VSEI;
    // SAFETY: no guest runs yet, and none of these registers has an effect outside guests.
    unsafe {
        csr::write!(hedeleg, hedeleg);
        csr::write!(hideleg, hideleg);
        // No interrupt is pending in the guest.
        csr::write!(hvip, 0_usize);
        // The guest reads the counters without an exit.
        csr::write!(hcounteren, csr::HCOUNTEREN_CY_TM_IR);
        // Its timer comes by hvip, it has no vstimecmp of its own (Sstc).
        csr::write!(henvcfg, 0_usize);
        // htimedelta stays what it is: timer.rs takes it into account. QEMU 10 answers a write to it with a timer
        // interrupt that hvip cannot take away, because it compares vstimecmp although henvcfg does not enable that.
    }
}

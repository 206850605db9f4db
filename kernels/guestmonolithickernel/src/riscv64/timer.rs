//! The guest's timer. There is one real timer; the hypervisor does not need it, so the guest gets it:
//!
//! 1. The guest asks for an interrupt at a time (SBI `set_timer`). The hypervisor sets the real timer to that time.
//! 2. The real timer interrupts. It is the hypervisor's interrupt, so the guest exits.
//! 3. The hypervisor switches the real interrupt off and makes one pending in the guest, in hvip. On the way back into
//!    the guest the CPU takes that one, as soon as the guest has its interrupts on.

use super::csr;
use super::sbi::call_firmware;
use sbi_spec::time::{EID_TIME, SET_TIMER};

/// The guest wants its next timer interrupt at `time`, in ticks of its `time` CSR. Takes an older one away.
pub fn set(time: usize) {
    // The guest's time is the machine's plus htimedelta.
    let time = time.wrapping_sub(csr::read!(htimedelta));
    let answer = call_firmware(EID_TIME, SET_TIMER, [time, 0, 0]);
    assert!(
        answer.is_ok(),
        "the firmware does not set the timer: {answer:?}"
    );
    // SAFETY: the hypervisor has its interrupts off: this one comes only while the guest runs.
    unsafe {
        csr::clear!(hvip, csr::HVIP_VSTIP);
        csr::set!(sie, csr::SIE_STIE);
    }
}

/// The real timer has interrupted: passes it on to the guest.
pub fn inject() {
    // SAFETY: as above.
    unsafe {
        // The real interrupt stays pending until the next `set`. With it on, the guest would exit again at once.
        csr::clear!(sie, csr::SIE_STIE);
        csr::set!(hvip, csr::HVIP_VSTIP);
    }
}

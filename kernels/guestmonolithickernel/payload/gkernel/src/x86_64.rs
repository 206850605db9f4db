//! What differs on x86_64.

use core::arch::asm;

/// The number Linux gives to `exit` on this architecture.
pub const SYS_EXIT: usize = 60;

/// The hypercall that switches the machine off: the number that Arm's PSCI gives to SYSTEM_OFF.
const SYSTEM_OFF: u64 = 0x8400_0008;

/// Switches the machine off: `vmmcall`, in which the CPU leaves the guest for the hypervisor.
pub fn power_off() -> ! {
    // SAFETY: the hypervisor does not come back from this call.
    unsafe { asm!("vmmcall", in("rax") SYSTEM_OFF, options(nostack, nomem)) };
    unreachable!("the hypervisor has not switched this machine off")
}

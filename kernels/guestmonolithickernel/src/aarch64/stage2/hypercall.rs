//! The firmware as the guest sees it: its SMC comes to EL2 (HCR_EL2.TSC), and so does its HVC. The hypervisor answers both
//! alike, with the power state calls (PSCI) of a machine with one CPU.
//!
//! See the Arm Power State Coordination Interface (DEN0022) and the SMC Calling Convention (DEN0028).

use super::vcpu::GuestState;

/// What happens after a call.
pub enum Next {
    /// The guest goes on behind its instruction.
    Resume,
    /// The guest has switched its machine off.
    PowerOff,
}

/// Bit 30 of a function's number tells that its arguments have 64 bits; otherwise the two are one function.
const SMC64: usize = 1 << 30;

const SMCCC_VERSION: usize = 0x8000_0000;
const PSCI_VERSION: usize = 0x8400_0000;
const CPU_ON: usize = 0x8400_0003;
const AFFINITY_INFO: usize = 0x8400_0004;
const MIGRATE_INFO_TYPE: usize = 0x8400_0006;
const SYSTEM_OFF: usize = 0x8400_0008;
const SYSTEM_RESET: usize = 0x8400_0009;
const PSCI_FEATURES: usize = 0x8400_000a;

/// The functions that [`handle`] knows.
const FUNCTIONS: [usize; 8] = [
    SMCCC_VERSION,
    PSCI_VERSION,
    CPU_ON,
    AFFINITY_INFO,
    MIGRATE_INFO_TYPE,
    SYSTEM_OFF,
    SYSTEM_RESET,
    PSCI_FEATURES,
];

const VERSION_1_1: usize = 1 << 16 | 1;
/// AFFINITY_INFO: the CPU is on.
const ON: usize = 0;
/// MIGRATE_INFO_TYPE: there is no Trusted OS that would have to move with the guest.
const NOT_REQUIRED: usize = 2;
const SUCCESS: usize = 0;
const NOT_SUPPORTED: usize = -1_isize as usize;
const INVALID_PARAMETERS: usize = -2_isize as usize;
const ALREADY_ON: usize = -4_isize as usize;

/// The guest has one CPU; MPIDR_EL1's affinity fields are 0.
const CPU: usize = 0;

/// Serves the call in the guest's registers: function in x0, arguments from x1 on; the answer goes back in x0.
pub fn handle(guest: &mut GuestState) -> Next {
    // A function's number has 32 bits.
    let function = guest.x[0] & 0xffff_ffff;
    guest.x[0] = match plain(function) {
        SYSTEM_OFF => {
            println!("Guest: PSCI SYSTEM_OFF");
            return Next::PowerOff;
        }
        SYSTEM_RESET => {
            println!("Guest: PSCI SYSTEM_RESET, and this machine does not start again");
            return Next::PowerOff;
        }
        SMCCC_VERSION | PSCI_VERSION => VERSION_1_1,
        PSCI_FEATURES if FUNCTIONS.contains(&plain(guest.x[1])) => SUCCESS,
        CPU_ON if guest.x[1] == CPU => ALREADY_ON,
        AFFINITY_INFO if guest.x[1] == CPU => ON,
        CPU_ON | AFFINITY_INFO => INVALID_PARAMETERS,
        MIGRATE_INFO_TYPE => NOT_REQUIRED,
        _ => NOT_SUPPORTED,
    };
    Next::Resume
}

/// A power state function without the width of its arguments.
fn plain(function: usize) -> usize {
    let narrow = function & !SMC64;
    match narrow {
        CPU_ON | AFFINITY_INFO => narrow,
        _ => function,
    }
}

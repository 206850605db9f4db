//! System calls: what the program asks for, and the answer.

use axhal::uspace::UserContext;

/// Linux's numbers: x86_64 has a list of its own, the others share one.
#[cfg(target_arch = "x86_64")]
const SYS_EXIT: usize = 60;
#[cfg(not(target_arch = "x86_64"))]
const SYS_EXIT: usize = 93;

/// "Function not implemented": the answer to every other number.
const ENOSYS: isize = 38;

/// Answers the system call that `context` stopped at.
/// @returns the exit code if the program wants to end
pub fn handle_syscall(context: &mut UserContext) -> Option<i32> {
    println!("handle_syscall ...");
    match number(context) {
        SYS_EXIT => {
            println!("[SYS_EXIT]: system is exiting ..");
            Some(context.arg0() as i32)
        }
        unknown => {
            println!("system call {unknown}: not implemented");
            context.set_retval(-ENOSYS as usize);
            None
        }
    }
}

/// The register that holds the system call's number.
fn number(context: &UserContext) -> usize {
    #[cfg(any(target_arch = "riscv64", target_arch = "loongarch64"))]
    return context.regs.a7;
    #[cfg(target_arch = "aarch64")]
    return context.x[8] as usize;
    #[cfg(target_arch = "x86_64")]
    return context.rax as usize;
}

//! The system call of x86_64: number in rax, argument in rdi, `syscall`.

use core::arch::asm;

/// The number Linux gives to `exit` on this architecture.
const SYS_EXIT: usize = 60;

/// Ends the program.
pub fn exit(code: i32) -> ! {
    // SAFETY: the kernel does not come back from this call.
    unsafe { asm!("syscall", in("rax") SYS_EXIT, in("rdi") code as usize, options(noreturn)) }
}

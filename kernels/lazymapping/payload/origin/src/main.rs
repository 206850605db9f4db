//! A user program that needs nothing but a stack, and does not know that the stack is not there yet.

#![no_std]
#![no_main]

use core::arch::asm;

/// The kernel starts here: at 0x1000, the program's first byte.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".text.entry")]
extern "C" fn _start() -> ! {
    // The first store to the stack. No page table entry maps it yet: the CPU traps into the kernel, and does the store
    // when the kernel comes back.
    let mut last = 0u64;
    // From here on the page is there; these stores do not trap.
    let mut fibonacci = 1;
    let mut step = 1;
    while step < 10 {
        let next = last + fibonacci;
        last = fibonacci;
        fibonacci = next;
        step += 1;
    }
    // The tenth Fibonacci number, if the stack keeps what is stored there.
    exit(if fibonacci == 55 { 0 } else { 1 })
}

/// Asks the kernel to end this program: SYS_EXIT.
#[inline(always)]
fn exit(code: i32) -> ! {
    // SAFETY: the kernel does not come back from this system call.
    unsafe {
        #[cfg(target_arch = "riscv64")]
        asm!("ecall", in("a7") 93, in("a0") code, options(noreturn));
        #[cfg(target_arch = "aarch64")]
        asm!("svc #0", in("x8") 93, in("x0") code, options(noreturn));
        #[cfg(target_arch = "x86_64")]
        asm!("syscall", in("rax") 60, in("rdi") code, options(noreturn));
        #[cfg(target_arch = "loongarch64")]
        asm!("syscall 0", in("$a7") 93, in("$a0") code, options(noreturn));
    }
}

/// Nothing in this program panics; the language wants an answer all the same.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

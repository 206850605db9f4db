//! The user program of the guest. It runs unprivileged inside the guest, two levels above the real machine: it adds the
//! numbers 1 to 10 on its stack, checks the sum, and leaves by a system call. That call is the only thing it may ask for.
//!
//! Step into the `exit` at the end: with it the program ends up in the guest kernel's `syscall::handle`.

#![no_std]
#![no_main]

#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
mod arch;

/// The first instruction. The stack pointer is set already; there is nothing to return to.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".text.start")]
extern "C" fn _start() -> ! {
    let sum = sum_up_to(10);
    let code = if sum == 55 { 0 } else { 1 };
    arch::exit(code)
}

/// Adds 1, 2, … `last`.
fn sum_up_to(last: u32) -> u32 {
    let mut sum = 0;
    let mut number = 1;
    while number <= last {
        sum += number;
        number += 1;
    }
    sum
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    arch::exit(101)
}

//! The guest: a monolithic kernel with one user program.
//!
//! It does not know that it is a guest. It boots like on a real machine, makes an address space for the program, starts
//! a task that runs it in user mode, and shuts the machine down when the program has exited.

#![no_std]
#![no_main]

#[macro_use]
extern crate axstd as std;

// On x86_64 the machine has no flash bank; there the local APIC is the device that the hypervisor knows by its faults.
#[cfg(not(target_arch = "x86_64"))]
mod flash;
mod process;
mod syscall;

#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
mod arch;

/// The flat image of payload/app, linked at [`process::ENTRY`].
static APP: &[u8] = include_bytes!(env!("WORLDSTEP_PROGRAM_APP"));

/// Entered by ArceOS when memory, page table and scheduler are ready; this is the first task.
#[unsafe(no_mangle)]
extern "C" fn main() {
    #[cfg(not(target_arch = "x86_64"))]
    flash::check();

    let process = process::spawn(APP);
    let code = process.wait();
    println!("monolithic kernel exit [{code}] normally!");

    arch::power_off();
}

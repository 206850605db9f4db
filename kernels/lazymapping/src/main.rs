//! Demand paging, with one user program and one page fault.
//!
//! The kernel gives a user program an address space in which its stack has physical pages but no page table entries.
//! The program's first store to the stack faults; the kernel maps the page that belongs there and lets the program go
//! on as if nothing had happened.
//!
//! Good places to stop: `aspace.map_linear` in stack.rs, where the missing entry is written, and the line of
//! payload/origin/src/main.rs that needs it.

#![no_std]
#![no_main]

#[macro_use]
extern crate axstd as std;
extern crate alloc;

mod loader;
mod stack;
mod syscall;
mod task;

use alloc::{format, string::String};
use memory_addr::va;
use stack::UserStack;

/// The user program: a flat binary, made from payload/origin.
const PROGRAM: &str = "/sbin/origin";

/// What a user program may have mapped: from the second page, so that null pointers fault, up to the middle of Sv39,
/// the smallest address space among the four architectures.
const USER_SPACE: core::ops::Range<usize> = 0x1000..0x40_0000_0000;

/// Why the program cannot run: what, where, and what to do about it.
type Problem = String;

/// Entered by ArceOS when memory, page table, scheduler and file system are ready; this is the first task.
#[unsafe(no_mangle)]
extern "C" fn main() {
    match run_program() {
        Ok(task::KILLED) => println!("lazymapping failed: the user program was stopped"),
        Ok(exit_code) => println!("monolithic kernel exit [{exit_code}] normally!"),
        Err(problem) => println!("lazymapping failed: {problem}"),
    }
    // Returning from the first task powers the machine off.
}

/// Runs [`PROGRAM`] in an address space of its own and returns its exit code.
fn run_program() -> Result<i32, Problem> {
    // riscv64 and x86_64 have one page table root for both halves, so the new table starts with the kernel's entries of
    // the upper half. aarch64 and loongarch64 have a second root for the kernel: there the new table starts empty.
    let mut aspace = axmm::new_user_aspace(va!(USER_SPACE.start), USER_SPACE.len())
        .map_err(|error| format!("no memory for a user address space ({error})"))?;

    let entry = loader::load(PROGRAM, &mut aspace)?;
    let stack = UserStack::allocate()?;

    let task = task::spawn(aspace, stack, entry);
    Ok(task.join())
}

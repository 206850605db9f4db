//! The task that runs the user program, and what it does each time the program comes back to the kernel.

use crate::{stack::UserStack, syscall};
use axhal::uspace::{ReturnReason, UserContext};
use axmm::AddrSpace;
use axtask::{AxTaskRef, TaskInner};
use memory_addr::VirtAddr;

/// The exit code of a program that the kernel has stopped.
pub const KILLED: i32 = -1;

/// The task's stack in the kernel. The program's own stack is [`UserStack`].
const KERNEL_STACK_SIZE: usize = 64 * 1024;

/// The program's registers while the kernel runs.
///
/// On x86_64 the end of this structure is the stack pointer that the CPU loads (TSS.RSP0) when an interrupt or exception
/// leaves user mode. The CPU rounds it down to a multiple of 16 before it pushes, so it must be one already: otherwise
/// everything lies 8 bytes off.
#[repr(C, align(16))]
struct SavedContext(UserContext);

/// Starts a task that runs the program at `entry`. Whoever joins it gets the program's exit code.
pub fn spawn(mut aspace: AddrSpace, stack: UserStack, entry: VirtAddr) -> AxTaskRef {
    let page_table_root = aspace.page_table_root();
    let mut task = TaskInner::new(
        move || {
            let exit_code = run(entry, &stack, &mut aspace);
            // This does not return, so `aspace` is not dropped: its page table is the one the CPU is still using.
            axtask::exit(exit_code)
        },
        "userboot".into(),
        KERNEL_STACK_SIZE,
    );
    // Switching to the task loads this into satp, TTBR0_EL1, CR3 or PGDL.
    task.ctx_mut().set_page_table_root(page_table_root);
    axtask::spawn_task(task)
}

/// Lets the program run until it exits, and does for it what it cannot do itself.
fn run(entry: VirtAddr, stack: &UserStack, aspace: &mut AddrSpace) -> i32 {
    let mut context = SavedContext(UserContext::new(entry.as_usize(), stack.top(), 0));
    loop {
        // Enters user mode; comes back with the next trap. Entering again repeats the instruction that faulted.
        match context.0.run() {
            ReturnReason::PageFault(address, access) => {
                if let Err(problem) = stack.map_page_of(address, access, aspace) {
                    println!("{problem}");
                    return KILLED;
                }
                println!("handle page fault OK!");
            }
            ReturnReason::Syscall => {
                if let Some(exit_code) = syscall::handle_syscall(&mut context.0) {
                    return exit_code;
                }
            }
            // The timer; its handler has run already.
            ReturnReason::Interrupt => {}
            other => {
                println!("the user program cannot go on: {other:x?}");
                return KILLED;
            }
        }
    }
}

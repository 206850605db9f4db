//! The user program as a process: its address space, its stack, and the task that runs it.

use crate::syscall;
use axhal::paging::MappingFlags;
use axhal::uspace::{ReturnReason, UserContext};
use axmm::AddrSpace;
use axtask::{AxTaskRef, TaskInner};
use core::hint;
use core::sync::atomic::{AtomicBool, Ordering};
use memory_addr::{MemoryAddr, va};

/// Where the program is linked and entered.
pub const ENTRY: usize = 0x1000;

/// User addresses are below this. The stack ends here and grows downwards.
const USER_END: usize = 0x4000_0000;

const USER_STACK_SIZE: usize = 0x1_0000;

const KERNEL_STACK_SIZE: usize = 0x1_0000;

/// The exit code of a program that did not ask for its end.
const KILLED: i32 = -1;

/// A user program that has been started.
pub struct Process {
    task: AxTaskRef,
}

/// Set by [`exit`], so that [`Process::wait`] sees it without asking the scheduler.
static EXITED: AtomicBool = AtomicBool::new(false);

/// Makes an address space with the program `image` and a stack, and a task that will run it in user mode.
pub fn spawn(image: &'static [u8]) -> Process {
    let space = address_space(image);
    let page_table_root = space.page_table_root();

    // The closure owns the address space: it lives as long as the task.
    let mut task = TaskInner::new(move || run(space), "app".into(), KERNEL_STACK_SIZE);
    task.ctx_mut().set_page_table_root(page_table_root);
    Process {
        task: axtask::spawn_task(task),
    }
}

impl Process {
    /// Waits until the program has exited.
    ///
    /// # Returns
    /// its exit code.
    pub fn wait(&self) -> i32 {
        // `join` alone would do. This loop does not give the CPU away: only the timer interrupt takes it, so that the
        // program runs at all shows that the scheduler preempts, here with the interrupts that the hypervisor injects.
        while !EXITED.load(Ordering::Acquire) {
            hint::spin_loop();
        }
        self.task.join()
    }
}

/// Ends the calling task, as the system call wants.
pub fn exit(code: i32) -> ! {
    EXITED.store(true, Ordering::Release);
    axtask::exit(code)
}

/// The program at [`ENTRY`], the stack below [`USER_END`], and the kernel where it always is: a trap from user mode
/// arrives in the kernel with this page table.
fn address_space(image: &[u8]) -> AddrSpace {
    let mut space =
        axmm::new_user_aspace(va!(ENTRY), USER_END - ENTRY).expect("no memory for a page table");

    let read = MappingFlags::READ | MappingFlags::USER;
    let populate = true;
    space
        .map_alloc(
            va!(ENTRY),
            image.len().align_up_4k(),
            read | MappingFlags::EXECUTE,
            populate,
        )
        .expect("cannot map the program");
    space
        .write(va!(ENTRY), image)
        .expect("cannot copy the program");
    space
        .map_alloc(
            va!(USER_END - USER_STACK_SIZE),
            USER_STACK_SIZE,
            read | MappingFlags::WRITE,
            populate,
        )
        .expect("cannot map the stack");
    space
}

/// On x86_64 the processor pushes the trap frame into the context itself, and aligns the stack pointer to 16 before.
#[repr(C, align(16))]
struct AlignedContext(UserContext);

/// What the task does: runs the program in user mode, and serves it each time it comes back into the kernel.
fn run(_space: AddrSpace) {
    let stack_top = va!(USER_END);
    println!("Enter user space: entry={ENTRY:#x}, ustack={stack_top:?}");

    let mut context = AlignedContext(UserContext::new(ENTRY, stack_top, 0));
    let user = &mut context.0;
    loop {
        match user.run() {
            ReturnReason::Syscall => syscall::handle(user),
            // Served already, possibly with another task in between.
            ReturnReason::Interrupt => {}
            reason => {
                println!(
                    "the program does what it may not, at {:#x}: {reason:?}",
                    user.ip()
                );
                exit(KILLED);
            }
        }
    }
}

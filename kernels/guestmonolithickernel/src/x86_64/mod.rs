//! The x86_64 hypervisor, with AMD's SVM.
//!
//! Start reading at [`run`]. The files, from the hardware upwards:
//!
//! | file              | what it has                                                              |
//! |-------------------|--------------------------------------------------------------------------|
//! | `svm.rs`          | switching the CPU's extension on                                         |
//! | `vmcb.rs`         | the block of memory through which CPU and hypervisor speak about a guest |
//! | `npt.rs`          | the nested page table: what the guest takes for physical memory          |
//! | `permissions.rs`  | which ports and model-specific registers the guest may touch             |
//! | `vcpu.rs`         | the guest's registers                                                    |
//! | `world_switch.S`  | the instructions on the border: VMRUN and what stands around it          |
//! | `multiboot.rs`    | what the guest kernel expects of its loader                              |
//! | `vm.rs`           | all of these together, and the loop that runs the guest                  |
//! | `exits.rs`        | why the guest stopped, and the answers                                   |
//! | `lapic.rs`, `mmio.rs`, `guest_memory.rs` | the guest's timer, and how to see what it accesses |

mod exits;
mod guest_memory;
mod lapic;
mod mmio;
mod msr;
mod multiboot;
mod npt;
mod page;
mod permissions;
mod svm;
mod vcpu;
mod vm;
mod vmcb;

use crate::loader;
use guest_memory::GuestMemory;
use page::{HostPages, PAGE_SIZE};
use vm::VirtualMachine;

/// Size of the guest's RAM: 32 MiB, as payload/gkernel/configs/x86_64.toml says.
const GUEST_RAM_SIZE: usize = 32 << 20;

/// Where the guest kernel is linked, and its Multiboot header wants it.
const GUEST_KERNEL_GPA: usize = 0x20_0000;

/// Creates the virtual machine and runs it until it shuts down.
pub fn run() {
    println!("Starting virtualization...");
    let host_save_area = HostPages::new(1, PAGE_SIZE);
    if let Err(reason) = svm::enable(&host_save_area) {
        panic!("this CPU cannot run virtual machines: {reason:?}. On QEMU: -cpu EPYC");
    }

    println!(
        "Pre-allocating {} MB guest RAM at GPA 0x0...",
        GUEST_RAM_SIZE >> 20
    );
    let mut memory = GuestMemory::new(GUEST_RAM_SIZE);

    println!("VM created success, loading images...");
    let entry = load_guest_kernel(&mut memory);
    let mut vm = VirtualMachine::new(memory, entry);

    println!("Entering VM run loop (32-bit Multiboot boot -> 64-bit ArceOS)...");
    if let Err(unhandled) = vm.run() {
        panic!("the virtual machine has stopped: {unhandled}");
    }
    println!("Shutdown vm normally!");
    println!("Hypervisor ok!");
}

/// Copies the guest kernel from the disk to where its header wants it.
///
/// # Returns
/// the guest physical address of its first instruction.
fn load_guest_kernel(memory: &mut GuestMemory) -> u32 {
    let above = GUEST_KERNEL_GPA..memory.size();
    let room = memory
        .bytes_mut(above)
        .expect("the guest has no RAM where its kernel is linked");
    let size = loader::load(loader::GUEST_KERNEL, room).unwrap_or_else(|error| panic!("{error}"));

    let header = match multiboot::Header::find(&room[..size]) {
        Ok(header) if header.load_addr as usize == GUEST_KERNEL_GPA => header,
        Ok(header) => panic!(
            "{} wants to be loaded at {:#x}, not {GUEST_KERNEL_GPA:#x}",
            loader::GUEST_KERNEL,
            header.load_addr
        ),
        Err(problem) => panic!("{} is not a kernel: {problem}", loader::GUEST_KERNEL),
    };
    // Its .bss is zero already: fresh memory. It only has to be there.
    assert!(
        header.bss_end_addr as usize <= memory.size(),
        "the guest kernel's .bss does not fit into its RAM"
    );
    header.entry_addr
}

/// The host's monotonic time in nanoseconds.
fn now() -> u64 {
    axhal::time::monotonic_time_nanos()
}

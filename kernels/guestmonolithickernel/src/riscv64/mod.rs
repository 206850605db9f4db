//! The riscv64 hypervisor, in HS-mode, with the H extension.
//!
//! Start reading at [`run`]. The files, from the hardware upwards:
//!
//! | file               | what it has                                                              |
//! |--------------------|--------------------------------------------------------------------------|
//! | `csr.rs`           | the registers of the H extension                                         |
//! | `setup.rs`         | which traps come to the hypervisor: hedeleg, hideleg                     |
//! | `second_stage.rs`  | the page table that makes the guest's physical memory: hgatp             |
//! | `guest_memory.rs`  | the guest's RAM                                                          |
//! | `devices.rs`       | which of the machine's devices the guest may use                         |
//! | `vcpu.rs`, `guest.S` | the guest's registers, and the world switch                            |
//! | `exit.rs`          | why the guest stopped: scause, htval                                     |
//! | `timer.rs`         | the timer interrupt, injected by hvip                                    |
//! | `sbi.rs`           | the firmware that the guest believes to have                             |
//! | `vm.rs`            | all of these together, and the loop that runs the guest                  |

mod csr;
mod devices;
mod exit;
mod guest_memory;
mod sbi;
mod second_stage;
mod setup;
mod timer;
mod vcpu;
mod vm;

use crate::loader;
use guest_memory::GuestMemory;
use vm::VirtualMachine;

/// The guest's RAM, as payload/gkernel/configs/riscv64.toml says.
const GUEST_RAM: usize = 0x8000_0000;
const GUEST_RAM_SIZE: usize = 16 << 20;

/// Where the guest kernel is linked, and entered at its first byte.
const GUEST_KERNEL_GPA: usize = 0x8020_0000;

/// Creates the virtual machine and runs it until it shuts down.
pub fn run() {
    println!("Starting virtualization...");
    setup::configure_virtualization();

    println!(
        "Pre-allocating {} MB guest RAM at {GUEST_RAM:#x}...",
        GUEST_RAM_SIZE >> 20
    );
    let mut memory = GuestMemory::new(GUEST_RAM, GUEST_RAM_SIZE);

    println!("VM created success, loading images...");
    let size = loader::load(loader::GUEST_KERNEL, memory.from(GUEST_KERNEL_GPA))
        .unwrap_or_else(|error| panic!("{error}"));
    println!("Loaded {size} bytes from {}", loader::GUEST_KERNEL);

    println!("Entering VM run loop...");
    let mut vm = VirtualMachine::new(memory, GUEST_KERNEL_GPA);
    if let Err(unhandled) = vm.run() {
        panic!("{unhandled}");
    }
    println!("Shutdown vm normally!");
    println!("Hypervisor ok!");
}

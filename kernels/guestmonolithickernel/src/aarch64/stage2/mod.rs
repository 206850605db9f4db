//! The second hypervisor for AArch64 (feature `stage2`): it stays in EL2 and runs the guest in a virtual machine.
//!
//! ArceOS's platform crate drops from EL2 to EL1 at boot. What `head.S` left behind in EL2 before that leads back up.
//! Start reading at [`run`]. The files, from the hardware upwards:
//!
//! | file                          | what it has                                                     |
//! |-------------------------------|-----------------------------------------------------------------|
//! | `sysreg.rs`                   | the system registers                                            |
//! | `head.S`, `hypervisor_mode.rs` | the way back to EL2                                            |
//! | `second_stage.rs`             | the page table that makes the guest's physical memory: VTTBR_EL2 |
//! | `window.rs`, `guest_memory.rs` | the guest's RAM                                                |
//! | `devices.rs`                  | which of the machine's devices the guest may use                |
//! | `vcpu.rs`, `world_switch.S`   | the guest's registers, and the world switch                     |
//! | `exit.rs`                     | why the guest stopped: ESR_EL2, HPFAR_EL2                       |
//! | `gic.rs`                      | interrupts, injected by a list register                         |
//! | `hypercall.rs`                | the firmware that the guest believes to have: PSCI              |
//! | `vm.rs`                       | all of these together, and the loop that runs the guest         |

#[path = "../cache.rs"]
mod cache;
mod devices;
mod exit;
mod gic;
mod guest_memory;
mod hypercall;
mod hypervisor_mode;
#[path = "../image.rs"]
mod image;
mod second_stage;
mod sysreg;
mod vcpu;
mod vm;
mod window;

use crate::loader::{self, LoadError};
use core::{arch::asm, fmt};
use guest_memory::GUEST_RAM;
use hypervisor_mode::NoEl2;
use image::ImageHeader;
use vm::VirtualMachine;

/// Creates the virtual machine and runs it until it shuts down.
pub fn run() {
    println!("Starting virtualization (stage 2)...");
    if let Err(reason) = hypervisor_mode::enter() {
        println!("No guest to run: {reason}.");
        if let NoEl2::BootedIn(_) = reason {
            power_off_without_el2();
        }
        return;
    }
    println!("In EL2, with VHE");

    load_guest().unwrap_or_else(|problem| panic!("{problem}"));

    println!("Entering VM run loop...");
    let mut vm = VirtualMachine::new();
    if let Err(unhandled) = vm.run() {
        panic!("{unhandled}");
    }
    println!("Shutdown vm normally!");
    println!("Hypervisor ok!");
}

/// Reads the guest kernel into what will be the start of its RAM.
fn load_guest() -> Result<(), Problem> {
    println!("VM created success, loading images...");
    let memory = guest_memory::first_part();
    let size = loader::load(loader::GUEST_KERNEL, memory).map_err(Problem::NotLoaded)?;
    println!(
        "Loaded {size} bytes to PA {:#x}, IPA {:#x}",
        guest_memory::block(GUEST_RAM.start).hpa.as_usize(),
        GUEST_RAM.start
    );
    let header = ImageHeader::read(&memory[..size]).map_err(Problem::BadImage)?;
    let room = memory.len();
    if header.size > room {
        let size = header.size;
        return Err(Problem::TooLarge { size, room });
    }
    // The guest starts with its caches off. Also what lies behind the file: its stale cache lines could be written back
    // over the guest's `.bss`.
    cache::clean_to_memory(&memory[..header.size]);
    Ok(())
}

/// Asks the firmware to switch off, by HVC: on a machine without EL2 that is the way to reach it, and SMC, which
/// configs/aarch64.toml sets for a machine with EL2, is an undefined instruction.
fn power_off_without_el2() {
    const SYSTEM_OFF: u64 = 0x8400_0008;
    // SAFETY: PSCI's SYSTEM_OFF does not come back.
    unsafe { asm!("hvc #0", in("x0") SYSTEM_OFF, options(noreturn)) }
}

impl fmt::Display for NoEl2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BootedIn(level) => write!(
                f,
                "this kernel was entered in EL{level}, but a hypervisor needs EL2. \
                 On QEMU: -machine virt,virtualization=on"
            ),
            Self::NoVhe => write!(
                f,
                "this CPU has no Virtualization Host Extensions, with which EL2 has two page tables. On QEMU: -cpu max"
            ),
        }
    }
}

/// Why there is no guest to enter.
enum Problem {
    /// The disk or the file is missing.
    NotLoaded(LoadError),
    /// The file is not an image that can be entered.
    BadImage(&'static str),
    /// The image with its `.bss` needs `size` bytes, more than there are in one piece.
    TooLarge { size: usize, room: usize },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = loader::GUEST_KERNEL;
        match self {
            Self::NotLoaded(error) => write!(f, "{error}"),
            Self::BadImage(reason) => write!(f, "{file} cannot be entered: {reason}"),
            Self::TooLarge { size, room } => {
                write!(
                    f,
                    "{file} needs {size} bytes of memory, there is room for {room}"
                )
            }
        }
    }
}

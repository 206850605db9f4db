//! The AArch64 hypervisor: loads the guest kernel into its half of RAM and hands the CPU over, from EL2, for good.
//!
//! ArceOS's platform crate drops from EL2 to EL1 at boot, so this code runs in EL1 like any kernel. What it left behind
//! in EL2 before that (`head.S`) makes it a hypervisor. The way into the guest:
//!
//! 1. [`run`] checks the guest's image, copies it and cleans it from the data cache to memory.
//! 2. The trampoline (`head.S`, too) turns the MMU off. It lies in a page that is mapped 1:1, so that the instruction after
//!    that has the same address as before.
//! 3. Its HVC goes to `el2_enter_guest` in EL2, which sets HCR_EL2, CNTHCTL_EL2, CNTVOFF_EL2, SPSR_EL2 and ELR_EL2; ERET
//!    is the entry into the guest, in EL1.
//!
//! From then on the guest has the machine. It calls the firmware (PSCI, by SMC) to power off.

mod cache;
mod image;
mod trampoline;

use crate::loader::{self, LoadError};
use axhal::mem::{PhysAddr, phys_to_virt};
use axhal::paging::{MappingFlags, PageSize, PageTable};
use core::{arch::asm, arch::global_asm, convert::Infallible, fmt, ptr, slice};
use image::ImageHeader;
use memory_addr::va;

// With line numbers, from build.rs.
global_asm!(include_str!(concat!(env!("OUT_DIR"), "/head.S")));

/// The guest's RAM, as payload/gkernel/configs/aarch64.toml has it. The image goes to its start.
const GUEST_RAM: PhysAddr = PhysAddr::from_usize(0x4420_0000);
const GUEST_RAM_SIZE: usize = 0x3e0_0000;

/// The exception level in which the loader entered the image; `head.S` writes it before anything else runs.
/// In `.data`, because ArceOS clears `.bss` afterwards.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".data")]
static mut BOOT_EL: u64 = 0;

/// Loads the guest kernel and enters it. Comes back only if that is impossible.
pub fn run() {
    println!("Starting virtualization (bootloader mode)...");
    let Err(problem) = start_guest();
    println!("No guest to run: {problem}.");
    if let Problem::NoEl2 { .. } = problem {
        power_off_without_el2();
    }
}

fn start_guest() -> Result<Infallible, Problem> {
    // SAFETY: nobody writes it any more. Volatile, because the compiler does not see who wrote it.
    let level = unsafe { ptr::read_volatile(&raw const BOOT_EL) };
    if level != 2 {
        return Err(Problem::NoEl2 { level });
    }

    let memory = map_guest_ram();
    println!("VM created success, loading images...");
    let size = loader::load(loader::GUEST_KERNEL, memory).map_err(Problem::NotLoaded)?;
    println!("Loaded {size} bytes to PA {:#x}", GUEST_RAM.as_usize());

    let header = ImageHeader::read(&memory[..size]).map_err(Problem::BadImage)?;
    if header.size > memory.len() {
        return Err(Problem::TooLarge { size: header.size });
    }
    // Also what lies behind the file: its stale cache lines could be written back over the guest's `.bss`.
    cache::clean_to_memory(&memory[..header.size]);

    map_trampoline();
    println!(
        "Entering guest at PA {:#x} via trampoline at PA {:#x}...",
        GUEST_RAM.as_usize(),
        trampoline::page().as_usize()
    );
    let device_tree = PhysAddr::from(axhal::dtb::get_bootarg());
    // SAFETY: the trampoline is mapped, the image is complete and in memory.
    unsafe { trampoline::enter_guest(GUEST_RAM, device_tree) }
}

/// Makes the guest's RAM accessible. It is not in the hypervisor's own page table, because its configuration
/// (configs/aarch64.toml) leaves it out, so that nothing of the hypervisor can be allocated there.
fn map_guest_ram() -> &'static mut [u8] {
    let window = phys_to_virt(GUEST_RAM);
    axmm::kernel_aspace()
        .lock()
        .map_linear(
            window,
            GUEST_RAM,
            GUEST_RAM_SIZE,
            MappingFlags::READ | MappingFlags::WRITE,
        )
        .expect("no memory for page tables of the guest's RAM");
    // SAFETY: mapped just now, plain memory, and nobody else knows it. `run` comes here once.
    unsafe { slice::from_raw_parts_mut(window.as_mut_ptr(), GUEST_RAM_SIZE) }
}

/// Maps the trampoline's page at its physical address. Low addresses are TTBR0_EL1's, which this kernel, without user
/// programs, has no other use for.
fn map_trampoline() {
    let page = trampoline::page();
    let mut table = PageTable::try_new().expect("no memory for a page table");
    table
        .cursor()
        .map(
            va!(page.as_usize()),
            page,
            PageSize::Size4K,
            MappingFlags::READ | MappingFlags::EXECUTE,
        )
        .expect("no memory for the trampoline's page tables");
    // SAFETY: no address in use is translated by TTBR0_EL1.
    unsafe { axhal::asm::write_user_page_table(table.root_paddr()) };
    axhal::asm::flush_tlb(None);
    // The table lives as long as this kernel.
    core::mem::forget(table);
}

/// Asks the firmware to switch off, by HVC: on a machine without EL2 that is the way to reach it, and SMC, which
/// configs/aarch64.toml sets for a machine with EL2, is an undefined instruction.
fn power_off_without_el2() {
    const SYSTEM_OFF: u64 = 0x8400_0008;
    // SAFETY: PSCI's SYSTEM_OFF does not come back.
    unsafe { asm!("hvc #0", in("x0") SYSTEM_OFF, options(noreturn)) }
}

/// Why there is no guest to enter.
enum Problem {
    /// The machine has no EL2, or a loader has left it.
    NoEl2 { level: u64 },
    /// The disk or the file is missing.
    NotLoaded(LoadError),
    /// The file is not an image that can be entered.
    BadImage(&'static str),
    /// The image with its `.bss` needs `size` bytes, more than the guest has.
    TooLarge { size: usize },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = loader::GUEST_KERNEL;
        match self {
            Self::NoEl2 { level } => write!(
                f,
                "this kernel was entered in EL{level}, but a hypervisor needs EL2. \
                 On QEMU: -machine virt,virtualization=on"
            ),
            Self::NotLoaded(error) => write!(f, "{error}"),
            Self::BadImage(reason) => write!(f, "{file} cannot be entered: {reason}"),
            Self::TooLarge { size } => write!(
                f,
                "{file} needs {size} bytes of memory, the guest has {GUEST_RAM_SIZE}"
            ),
        }
    }
}

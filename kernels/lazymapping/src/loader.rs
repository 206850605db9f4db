//! Puts a flat binary from the disk into a user address space.

use crate::Problem;
use alloc::{format, vec};
use axhal::paging::MappingFlags;
use axmm::AddrSpace;
use memory_addr::{MemoryAddr, VirtAddr, va};
use std::{fs::File, io::Read};

/// Where a program is linked to and where it starts: a flat binary has no header that could say so.
const LOAD_ADDRESS: VirtAddr = va!(0x1000);

/// The largest program that is accepted. Its pages are all mapped before it starts; only the stack is lazy.
const MAX_SIZE: usize = 64 * 1024;

/// Reads `path`, maps it at [`LOAD_ADDRESS`] and returns the address of its first instruction.
pub fn load(path: &str, aspace: &mut AddrSpace) -> Result<VirtAddr, Problem> {
    let mut file = File::open(path)
        .map_err(|error| format!("cannot open {path} ({error}): put the program on the disk"))?;
    let size = file
        .metadata()
        .map_err(|error| format!("cannot ask for the size of {path} ({error})"))?
        .len() as usize;
    if size == 0 {
        return Err(format!(
            "{path} is empty: put the program's flat binary there, not its ELF file"
        ));
    }
    if size > MAX_SIZE {
        return Err(format!(
            "{path} has {size} bytes, more than the {MAX_SIZE} for a program: is it an ELF file, not a flat binary?"
        ));
    }

    let mut program = vec![0; size];
    file.read_exact(&mut program)
        .map_err(|error| format!("cannot read the {size} bytes of {path} ({error})"))?;

    // Not writable by the program, but `write` goes through the kernel's own mapping of the same physical pages.
    aspace
        .map_alloc(
            LOAD_ADDRESS,
            size.align_up_4k(),
            MappingFlags::USER | MappingFlags::READ | MappingFlags::EXECUTE,
            true,
        )
        .and_then(|()| aspace.write(LOAD_ADDRESS, &program))
        .map_err(|error| {
            format!("cannot map {size} bytes at {LOAD_ADDRESS:#x} for {path} ({error})")
        })?;
    synchronize_instruction_fetch();

    Ok(LOAD_ADDRESS)
}

/// Makes instruction fetches see what was just stored as data. Only x86_64 does that without being told.
fn synchronize_instruction_fetch() {
    // SAFETY: these instructions change neither registers nor memory.
    #[cfg(target_arch = "riscv64")]
    unsafe {
        core::arch::asm!("fence.i");
    }
    #[cfg(target_arch = "loongarch64")]
    unsafe {
        core::arch::asm!("dbar 0", "ibar 0");
    }
    #[cfg(target_arch = "aarch64")]
    axhal::asm::flush_icache_all();
}

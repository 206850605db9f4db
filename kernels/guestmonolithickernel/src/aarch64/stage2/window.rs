//! Physical memory that the hypervisor's page table does not have yet.

use axhal::mem::{PhysAddr, phys_to_virt};
use axhal::paging::MappingFlags;
use memory_addr::VirtAddr;

/// Makes `size` bytes from `start` accessible to the hypervisor, where ArceOS has all physical memory.
pub fn open(start: PhysAddr, size: usize, access: MappingFlags) -> VirtAddr {
    let window = phys_to_virt(start);
    axmm::kernel_aspace()
        .lock()
        .map_linear(window, start, size, access)
        .expect("no memory for the page tables of a window");
    window
}

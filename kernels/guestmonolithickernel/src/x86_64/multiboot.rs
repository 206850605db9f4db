//! Loading a kernel as the Multiboot specification 0.6.96 says: by the addresses in its header, with a description of
//! the memory in its hand.

use super::guest_memory::GuestMemory;

/// What the kernel finds in EAX and knows us by (§3.2).
pub const BOOTLOADER_MAGIC: u32 = 0x2bad_b002;

/// Where the header's magic number may start: within this many bytes, at a multiple of 4 (§3.1).
const SEARCH: usize = 8192;

const HEADER_MAGIC: u32 = 0x1bad_b002;

/// Header flag: the five address fields are valid.
const HAS_ADDRESSES: u32 = 1 << 16;

/// The header with its address fields (§3.1.1, §3.1.3).
pub struct Header {
    /// Where the image is to be copied to.
    pub load_addr: u32,
    /// End of the memory that must be zero; the image lies before it.
    pub bss_end_addr: u32,
    /// The first instruction.
    pub entry_addr: u32,
}

impl Header {
    /// Finds the header in `image`.
    ///
    /// # Returns
    /// what is wrong with the image, if it cannot be loaded by its addresses.
    pub fn find(image: &[u8]) -> Result<Self, &'static str> {
        let word = |offset: usize| {
            let bytes = image.get(offset..offset + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        let offset = (0..SEARCH.min(image.len()))
            .step_by(4)
            .find(|&offset| word(offset) == Some(HEADER_MAGIC))
            .ok_or("it has no Multiboot header in its first 8192 bytes")?;
        let field =
            |number: usize| word(offset + number * 4).ok_or("its Multiboot header is cut off");

        let [flags, checksum] = [field(1)?, field(2)?];
        if HEADER_MAGIC.wrapping_add(flags).wrapping_add(checksum) != 0 {
            return Err("the checksum of its Multiboot header is wrong");
        }
        if flags & HAS_ADDRESSES == 0 {
            return Err("its Multiboot header has no load addresses (flag 16)");
        }
        let [header_addr, load_addr, bss_end_addr, entry_addr] =
            [field(3)?, field(4)?, field(6)?, field(7)?];
        if header_addr.checked_sub(load_addr) != Some(offset as u32) {
            return Err(
                "its Multiboot header is not where the header says: this is not a flat image",
            );
        }
        Ok(Self {
            load_addr,
            bss_end_addr,
            entry_addr,
        })
    }
}

/// Guest physical address of the information structure: one of the low pages, which a PC's kernel leaves alone.
pub const INFO_GPA: u32 = 0x9000;

/// End of a PC's conventional memory: above it there would be video memory and firmware.
const LOW_MEMORY_END: u64 = 0x9_fc00;

const HIGH_MEMORY: u64 = 0x10_0000;

/// Writes the information structure (§3.3) to [`INFO_GPA`]: how much memory there is, and where.
pub fn write_info(memory: &mut GuestMemory) {
    const HAS_MEMORY: u32 = 1 << 0;
    const HAS_MEMORY_MAP: u32 = 1 << 6;
    const AVAILABLE: u32 = 1;
    /// Bytes of the structure up to and including the fields about the memory map.
    const INFO_SIZE: u32 = 52;
    /// A region's size field, which does not count itself.
    const REGION_SIZE: u32 = 20;

    let high_memory_size = memory.size() as u64 - HIGH_MEMORY;
    let regions = [(0, LOW_MEMORY_END), (HIGH_MEMORY, high_memory_size)];

    let info = INFO_GPA as usize;
    let page = memory
        .bytes_mut(info..info + 4096)
        .expect("the guest has less RAM than one page");
    let mut put = |offset: u32, value: u32| {
        page[offset as usize..][..4].copy_from_slice(&value.to_le_bytes())
    };
    put(0, HAS_MEMORY | HAS_MEMORY_MAP);
    put(4, (LOW_MEMORY_END / 1024) as u32);
    put(8, (high_memory_size / 1024) as u32);
    put(44, regions.len() as u32 * (REGION_SIZE + 4));
    put(48, INFO_GPA + INFO_SIZE);
    for (number, (base, length)) in regions.into_iter().enumerate() {
        let region = INFO_SIZE + number as u32 * (REGION_SIZE + 4);
        put(region, REGION_SIZE);
        put(region + 4, base as u32);
        put(region + 8, (base >> 32) as u32);
        put(region + 12, length as u32);
        put(region + 16, (length >> 32) as u32);
        put(region + 20, AVAILABLE);
    }
}

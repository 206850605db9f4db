//! The header of a kernel image, as Linux defines it for arm64 (Documentation/arch/arm64/booting.rst).

/// What a loader must know of an image.
pub struct ImageHeader {
    /// Bytes of memory that the kernel takes from its first byte on, including what is not in the file (`.bss`).
    pub size: usize,
}

/// Offset and value of the magic number.
const MAGIC: (usize, &[u8]) = (0x38, b"ARM\x64");
/// Offset of the distance between a 2 MiB boundary and the image, 8 bytes.
const TEXT_OFFSET: usize = 0x8;
/// Offset of the size in memory, 8 bytes.
const IMAGE_SIZE: usize = 0x10;
/// Bytes in the header.
const LENGTH: usize = 0x40;

impl ImageHeader {
    /// Reads the header at the start of `image`.
    ///
    /// # Returns
    /// what is wrong with it, if it is not one that can be entered at its first byte.
    pub fn read(image: &[u8]) -> Result<Self, &'static str> {
        let (offset, magic) = MAGIC;
        if image.len() < LENGTH || &image[offset..offset + magic.len()] != magic {
            return Err("it does not start with the header of a Linux arm64 Image");
        }
        if word(image, TEXT_OFFSET) != 0 {
            return Err("its header wants a distance from the 2 MiB boundary that it is loaded to");
        }
        let size = word(image, IMAGE_SIZE) as usize;
        if size < image.len() {
            return Err("its header says that it is smaller than its file");
        }
        Ok(Self { size })
    }
}

/// The 8 bytes of `image` at `offset`, little-endian.
fn word(image: &[u8], offset: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&image[offset..offset + 8]);
    u64::from_le_bytes(bytes)
}

//! The contents of sections, decompressed where a linker or objcopy compressed them.

use crate::elf::File;
use object::{CompressionFormat, Object, ObjectSection};
use std::io::Read;

/// More than any debug information has; a damaged size must not ask for all memory.
const MOST: u64 = 2 << 30;

/// What a section holds; nothing where there is none, with a problem where it cannot be read.
pub fn data(file: &File, name: &str, problems: &mut Vec<String>) -> &'static [u8] {
    let Some(section) = file.section_by_name(name) else { return &[] };
    let Ok(found) = section.compressed_data() else {
        problems.push(format!("{name} lies beyond the end of the file, which is probably truncated; copy or build it again"));
        return &[];
    };
    if found.format == CompressionFormat::None {
        return found.data;
    }
    let size = found.uncompressed_size;
    let plain = match found.format {
        _ if size > MOST => None,
        CompressionFormat::Zlib => miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(found.data, size as usize).ok(),
        CompressionFormat::Zstandard => unzstd(found.data, size as usize),
        _ => {
            problems.push(format!("{name} is compressed in a way that is not known; run `objcopy --decompress-debug-sections`"));
            return &[];
        }
    };
    match plain.filter(|bytes| bytes.len() as u64 == size) {
        Some(bytes) => Box::leak(bytes.into_boxed_slice()),
        None => {
            problems.push(format!("{name} is compressed and damaged; copy or build the file again"));
            &[]
        }
    }
}

/// The frames of a section one after the other, as linkers that compress in parallel write them.
fn unzstd(mut from: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    while !from.is_empty() && out.len() < size {
        let mut decoder = ruzstd::decoding::StreamingDecoder::new(&mut from).ok()?;
        decoder.by_ref().take((size - out.len()) as u64).read_to_end(&mut out).ok()?;
    }
    Some(out)
}

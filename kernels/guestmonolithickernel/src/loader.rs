//! Reads the guest kernel from the disk.

use core::fmt;
use std::fs::File;
use std::io::{self, Read};

/// Where the guest kernel lies on the disk: a flat image, to be placed at the guest's load address as it is.
pub const GUEST_KERNEL: &str = "/sbin/gkernel";

/// Copies the file `path` to the start of `memory`, which is the guest's.
///
/// # Returns
/// the file's size in bytes.
pub fn load(path: &str, memory: &mut [u8]) -> Result<usize, LoadError> {
    println!("app: {path}");
    let mut file = File::open(path).map_err(LoadError::Unreadable)?;
    let size = file.metadata().map_err(LoadError::Unreadable)?.len() as usize;
    if size == 0 {
        return Err(LoadError::Empty);
    }
    if size > memory.len() {
        return Err(LoadError::TooBig {
            size,
            room: memory.len(),
        });
    }
    file.read_exact(&mut memory[..size])
        .map_err(LoadError::Unreadable)?;
    Ok(size)
}

/// Why there is no guest to run.
#[derive(Debug)]
pub enum LoadError {
    /// There is no such file, or the disk does not answer.
    Unreadable(io::Error),
    /// The file has no bytes.
    Empty,
    /// The guest's memory ends before the file does.
    TooBig { size: usize, room: usize },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(
                f,
                "cannot read {GUEST_KERNEL}: {error:?}. Give the machine a FAT32 disk (virtio-blk-pci) with that file"
            ),
            Self::Empty => write!(f, "{GUEST_KERNEL} is empty"),
            Self::TooBig { size, room } => {
                write!(
                    f,
                    "{GUEST_KERNEL} has {size} bytes, the guest's memory has room for {room}"
                )
            }
        }
    }
}

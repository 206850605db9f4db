//! The shared bytes themselves: two positions and a ring, reached through a raw pointer.

use crate::ring::{Region, Side};
use core::ptr;
use core::sync::atomic::{AtomicU32, Ordering};

/// Bytes before the ring: the two positions.
pub const HEADER: usize = 2 * size_of::<u32>();

/// A region as [`crate`] describes its layout. Nothing borrows it: the other side changes it at any time.
pub struct SharedRegion {
    base: *mut u8,
    ring: usize,
}

impl SharedRegion {
    /// # Panics
    /// When the region is not aligned like a `u32`, has no room for one byte, or has more than a `u32` can count.
    ///
    /// # Safety
    /// `base` points to `length` bytes that stay valid as long as this is used.
    pub unsafe fn new(base: *mut u8, length: usize) -> Self {
        assert!(base.cast::<AtomicU32>().is_aligned(), "the region is not aligned to 4 bytes");
        assert!(length >= HEADER + 2, "a region needs at least {} bytes", HEADER + 2);
        let ring = length - HEADER;
        assert!(u32::try_from(ring).is_ok(), "the region is larger than 4 GiB");
        Self { base, ring }
    }

    fn position(&self, side: Side) -> &AtomicU32 {
        let index = match side {
            Side::Writer => 0,
            Side::Reader => 1,
        };
        // SAFETY: `new` checked alignment and size; both sides access the positions as atomics only.
        unsafe { AtomicU32::from_ptr(self.base.cast::<u32>().add(index)) }
    }

    fn byte(&self, offset: usize) -> *mut u8 {
        // SAFETY: the ring calls with offsets below its size.
        unsafe { self.base.add(HEADER + offset) }
    }
}

impl Region for SharedRegion {
    fn size(&self) -> usize {
        self.ring
    }

    fn load(&self, side: Side, ordering: Ordering) -> u32 {
        self.position(side).load(ordering)
    }

    fn store(&self, side: Side, position: u32, ordering: Ordering) {
        self.position(side).store(position, ordering);
    }

    fn read(&self, offset: usize, to: &mut [u8]) {
        debug_assert!(offset + to.len() <= self.ring);
        // SAFETY: inside the ring (above); the ring reads only bytes that belong to the reader.
        unsafe { ptr::copy_nonoverlapping(self.byte(offset), to.as_mut_ptr(), to.len()) }
    }

    fn write(&self, offset: usize, from: &[u8]) {
        debug_assert!(offset + from.len() <= self.ring);
        // SAFETY: inside the ring (above); the ring writes only bytes that belong to the writer.
        unsafe { ptr::copy_nonoverlapping(from.as_ptr(), self.byte(offset), from.len()) }
    }
}

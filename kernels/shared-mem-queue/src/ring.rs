//! The algorithm: which bytes belong to whom, and in which order positions and bytes are touched. It does not know what
//! the memory is, so that the test below can run it on a memory whose every interleaving is tried.

use core::sync::atomic::Ordering;

/// Whose position is meant. Only that side stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Writer,
    Reader,
}

/// Two positions and a ring of bytes.
pub trait Region {
    /// Bytes of the ring, at least 2.
    fn size(&self) -> usize;
    fn load(&self, side: Side, ordering: Ordering) -> u32;
    fn store(&self, side: Side, position: u32, ordering: Ordering);
    /// Copies bytes that do not go around the end of the ring.
    fn read(&self, offset: usize, to: &mut [u8]);
    fn write(&self, offset: usize, from: &[u8]);
}

/// A ring in a region.
pub struct Ring<R> {
    region: R,
}

impl<R: Region> Ring<R> {
    pub fn new(region: R) -> Self {
        Self { region }
    }

    /// Makes the ring empty. The other side must not use it yet.
    pub fn clear(&self) {
        self.region.store(Side::Reader, 0, Ordering::Relaxed);
        self.region.store(Side::Writer, 0, Ordering::Release);
    }

    /// Bytes that can wait at most: one less than the ring has, as a full one would look empty.
    pub fn capacity(&self) -> usize {
        self.region.size() - 1
    }

    /// Bytes that wait, as the reader sees it: there may be more already.
    pub fn waiting(&self) -> usize {
        let write = self.position(Side::Writer, Ordering::Acquire);
        let read = self.position(Side::Reader, Ordering::Relaxed);
        self.distance(read, write)
    }

    /// Bytes that fit, as the writer sees it: there may be more room already.
    pub fn space(&self) -> usize {
        let read = self.position(Side::Reader, Ordering::Acquire);
        let write = self.position(Side::Writer, Ordering::Relaxed);
        self.capacity() - self.distance(read, write)
    }

    /// Writes all of `data`, for which there must be space.
    pub fn write(&self, data: &[u8]) {
        let at = self.position(Side::Writer, Ordering::Relaxed);
        let (first, second) = data.split_at(data.len().min(self.region.size() - at));
        self.region.write(at, first);
        self.region.write(0, second);
        self.advance(Side::Writer, at, data.len());
    }

    /// Copies waiting bytes from the `skip`th on without taking them; there must be that many.
    pub fn peek(&self, skip: usize, to: &mut [u8]) {
        let at = self.wrap(self.position(Side::Reader, Ordering::Relaxed) + skip);
        let (first, second) = to.split_at_mut(to.len().min(self.region.size() - at));
        self.region.read(at, first);
        self.region.read(0, second);
    }

    /// Gives `count` waiting bytes back to the writer; there must be that many.
    pub fn skip(&self, count: usize) {
        let at = self.position(Side::Reader, Ordering::Relaxed);
        self.advance(Side::Reader, at, count);
    }

    /// The other side can store anything; what is outside of the ring must not lead outside of the region.
    fn position(&self, side: Side, ordering: Ordering) -> usize {
        self.region.load(side, ordering) as usize % self.region.size()
    }

    fn distance(&self, from: usize, to: usize) -> usize {
        if to >= from { to - from } else { self.region.size() - from + to }
    }

    fn wrap(&self, position: usize) -> usize {
        if position >= self.region.size() { position - self.region.size() } else { position }
    }

    /// Release: the bytes are written, or read, before the other side sees the new position.
    fn advance(&self, side: Side, from: usize, count: usize) {
        // A region has at most u32::MAX bytes.
        self.region.store(side, self.wrap(from + count) as u32, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::{Region, Ring, Side};
    use core::sync::atomic::Ordering;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicU32;
    use std::vec::Vec;

    /// A memory that loom watches: it fails the test when both sides touch a byte without an order between them.
    struct Watched {
        positions: [AtomicU32; 2],
        bytes: Vec<UnsafeCell<u8>>,
    }

    // SAFETY: loom reports every access that would be a race.
    unsafe impl Sync for Watched {}
    unsafe impl Send for Watched {}

    impl Region for Arc<Watched> {
        fn size(&self) -> usize {
            self.bytes.len()
        }
        fn load(&self, side: Side, ordering: Ordering) -> u32 {
            self.positions[side as usize].load(ordering)
        }
        fn store(&self, side: Side, position: u32, ordering: Ordering) {
            self.positions[side as usize].store(position, ordering);
        }
        fn read(&self, offset: usize, to: &mut [u8]) {
            for (index, byte) in to.iter_mut().enumerate() {
                *byte = self.bytes[offset + index].with(|at| unsafe { *at });
            }
        }
        fn write(&self, offset: usize, from: &[u8]) {
            for (index, byte) in from.iter().enumerate() {
                self.bytes[offset + index].with_mut(|at| unsafe { *at = *byte });
            }
        }
    }

    fn watched(size: usize) -> Arc<Watched> {
        Arc::new(Watched {
            positions: [AtomicU32::new(0), AtomicU32::new(0)],
            bytes: (0..size).map(|_| UnsafeCell::new(0xee)).collect(),
        })
    }

    /// Takes everything that waits.
    fn take(reader: &Ring<Arc<Watched>>, received: &mut Vec<u8>) {
        let waiting = reader.waiting();
        let mut bytes = std::vec![0; waiting];
        reader.peek(0, &mut bytes);
        reader.skip(waiting);
        received.extend(bytes);
    }

    #[test]
    fn the_reader_sees_the_written_bytes_in_every_interleaving() {
        loom::model(|| {
            let region = watched(3);
            let writer = Ring::new(region.clone());
            let reader = Ring::new(region);
            // Two of three bytes used: the next one goes around the end as soon as the reader has made room.
            writer.write(&[1, 2]);
            let thread = loom::thread::spawn(move || {
                // No loops: waiting would make infinitely many interleavings.
                let mut written = 2;
                for byte in 3..=4 {
                    if writer.space() > 0 {
                        writer.write(&[byte]);
                        written = byte;
                    } else {
                        break;
                    }
                }
                written
            });
            let mut received = Vec::new();
            take(&reader, &mut received);
            take(&reader, &mut received);
            let written = thread.join().unwrap();
            take(&reader, &mut received);
            assert_eq!(received, (1..=written).collect::<Vec<u8>>());
        });
    }

    #[test]
    fn a_position_outside_of_the_ring_stays_inside_of_the_region() {
        loom::model(|| {
            let region = watched(4);
            region.store(Side::Writer, u32::MAX, Ordering::Relaxed);
            region.store(Side::Reader, 4_000_000_001, Ordering::Relaxed);
            let ring = Ring::new(region);
            assert!(ring.waiting() <= ring.capacity());
            assert!(ring.space() <= ring.capacity());
            ring.write(&[1, 2, 3]);
            let mut bytes = [0; 3];
            ring.peek(0, &mut bytes);
            ring.skip(3);
        });
    }
}

//! The queue of bytes.

use crate::region::SharedRegion;
use crate::ring::Ring;
use core::convert::Infallible;
use core::hint::spin_loop;

/// A stream of bytes from one writer to one reader. See the [crate] for the memory layout and examples.
///
/// A queue is both ends; use one of them. Each call comes in three kinds: `…_at_most` does what is possible and says how
/// much that was, `…_or_fail` does all or nothing ([`nb::Error::WouldBlock`]), `…_blocking` spins until all is done.
pub struct ByteQueue {
    ring: Ring<SharedRegion>,
}

// SAFETY: the pointer in it is shared by design; whoever made the queue vouched for the region (`create`, `attach`).
unsafe impl Send for ByteQueue {}

impl ByteQueue {
    /// Makes an empty queue in `length` bytes at `region`. One side does this, before the other one attaches.
    ///
    /// # Panics
    /// When `region` is not aligned to 4 bytes, or `length` is below 10 or above 4 GiB.
    ///
    /// # Safety
    /// The bytes are valid for reads and writes as long as the queue is used, and change only through queues of the same
    /// region; at any time one queue writes and one reads.
    pub unsafe fn create(region: *mut u8, length: usize) -> Self {
        // SAFETY: the same as this function's.
        let queue = unsafe { Self::attach(region, length) };
        queue.ring.clear();
        queue
    }

    /// Joins a queue that the other side has created in the same bytes.
    ///
    /// # Panics
    /// As [`ByteQueue::create`].
    ///
    /// # Safety
    /// As [`ByteQueue::create`].
    pub unsafe fn attach(region: *mut u8, length: usize) -> Self {
        // SAFETY: the caller vouches for the bytes.
        let region = unsafe { SharedRegion::new(region, length) };
        Self { ring: Ring::new(region) }
    }

    /// Bytes that the queue can hold.
    pub fn capacity(&self) -> usize {
        self.ring.capacity()
    }

    /// Bytes that can be written now; for the writer. More may become free at any time.
    pub fn space(&self) -> usize {
        self.ring.space()
    }

    /// Bytes that can be read now; for the reader. More may arrive at any time.
    pub fn size(&self) -> usize {
        self.ring.waiting()
    }

    /// Writes the first bytes of `data`, as many as fit. Returns how many.
    pub fn write_at_most(&mut self, data: &[u8]) -> usize {
        let count = data.len().min(self.space());
        self.ring.write(&data[..count]);
        count
    }

    /// Writes all of `data`, or nothing when there is no room for it now.
    pub fn write_or_fail(&mut self, data: &[u8]) -> nb::Result<(), Infallible> {
        if data.len() > self.space() {
            return Err(nb::Error::WouldBlock);
        }
        self.ring.write(data);
        Ok(())
    }

    /// Writes all of `data`, in pieces as room becomes free; it may be longer than the queue.
    pub fn write_blocking(&mut self, data: &[u8]) {
        let mut done = 0;
        while done < data.len() {
            match self.write_at_most(&data[done..]) {
                0 => spin_loop(),
                count => done += count,
            }
        }
    }

    /// Copies waiting bytes into `to`, as many as there are, and leaves them in the queue. Returns how many.
    pub fn peek_at_most(&self, to: &mut [u8]) -> usize {
        let count = to.len().min(self.size());
        self.ring.peek(0, &mut to[..count]);
        count
    }

    /// Fills `to` with waiting bytes and leaves them in the queue, or does nothing when there are fewer.
    pub fn peek_or_fail(&self, to: &mut [u8]) -> nb::Result<(), Infallible> {
        if to.len() > self.size() {
            return Err(nb::Error::WouldBlock);
        }
        self.ring.peek(0, to);
        Ok(())
    }

    /// Waits until `to` can be filled, and leaves the bytes in the queue.
    ///
    /// # Panics
    /// When `to` is longer than the queue's capacity: it would wait for ever.
    pub fn peek_blocking(&self, to: &mut [u8]) {
        assert!(to.len() <= self.capacity(), "{} bytes never wait in a queue of {}", to.len(), self.capacity());
        while self.peek_or_fail(to).is_err() {
            spin_loop();
        }
    }

    /// Drops up to `count` waiting bytes. Returns how many.
    pub fn skip_at_most(&mut self, count: usize) -> usize {
        let count = count.min(self.size());
        self.ring.skip(count);
        count
    }

    /// Drops `count` waiting bytes, or nothing when there are fewer.
    pub fn skip_or_fail(&mut self, count: usize) -> nb::Result<(), Infallible> {
        if count > self.size() {
            return Err(nb::Error::WouldBlock);
        }
        self.ring.skip(count);
        Ok(())
    }

    /// Drops `count` bytes as they arrive.
    pub fn skip_blocking(&mut self, count: usize) {
        let mut left = count;
        while left > 0 {
            match self.skip_at_most(left) {
                0 => spin_loop(),
                skipped => left -= skipped,
            }
        }
    }

    /// Takes waiting bytes into `to`, as many as there are. Returns how many.
    pub fn consume_at_most(&mut self, to: &mut [u8]) -> usize {
        let count = self.peek_at_most(to);
        self.ring.skip(count);
        count
    }

    /// Fills `to` with waiting bytes, or takes nothing when there are fewer.
    pub fn consume_or_fail(&mut self, to: &mut [u8]) -> nb::Result<(), Infallible> {
        self.peek_or_fail(to)?;
        self.ring.skip(to.len());
        Ok(())
    }

    /// Fills `to` with bytes as they arrive; it may be longer than the queue.
    pub fn consume_blocking(&mut self, to: &mut [u8]) {
        let mut done = 0;
        while done < to.len() {
            match self.consume_at_most(&mut to[done..]) {
                0 => spin_loop(),
                count => done += count,
            }
        }
    }
}

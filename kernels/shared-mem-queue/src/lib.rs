//! Lock-free queues in memory that two sides share: two threads, two processes, two processors, a guest and its host.
//! One side writes, the other reads; nobody allocates, and nobody waits for a lock.
//!
//! - [`ByteQueue`]: a stream of bytes. Boundaries between writes are not kept.
//! - [`MsgQueue`]: whole messages, on top of a byte queue. Each is framed and carries a CRC; the reader gets all of a
//!   message or nothing, and finds the next good one behind garbage.
//!
//! # Memory layout
//!
//! | offset | size | what |
//! |---|---|---|
//! | 0 | 4 | write position, `u32` in the byte order of the machine |
//! | 4 | 4 | read position, likewise |
//! | 8 | *n* | ring of *n* bytes; the region has *n* + 8 |
//!
//! Both positions are offsets into the ring, 0 to *n* − 1. They are equal when the queue is empty, so that at most
//! *n* − 1 bytes wait in it. Only the writer stores the write position, only the reader the read position. The bytes
//! from the read position up to the write position (around the end of the ring, if need be) belong to the reader, all
//! others to the writer.
//!
//! A side takes the other's position with *acquire* and publishes its own with *release* ordering: whoever sees the
//! position sees the bytes. It follows that the machine must load and store an aligned `u32` in one piece.
//!
//! # Examples
//!
//! One processor, one thread:
//! ```
//! use shared_mem_queue::ByteQueue;
//!
//! // `u32`, because the region must be aligned like one.
//! let mut buffer = [0u32; 128];
//! let mut queue = unsafe { ByteQueue::create(buffer.as_mut_ptr().cast(), size_of_val(&buffer)) };
//! let sent = [1, 2, 3, 4];
//! queue.write_blocking(&sent);
//! let mut received = [0; 4];
//! queue.consume_blocking(&mut received);
//! assert_eq!(sent, received);
//! ```
//!
//! A writer and a reader, which may go to different threads. The region's old contents do not matter: `create` empties
//! the queue, and `attach` joins it.
//! ```
//! use shared_mem_queue::ByteQueue;
//!
//! let mut buffer = [123u32; 17];
//! let (region, length) = (buffer.as_mut_ptr().cast(), size_of_val(&buffer));
//! let mut writer = unsafe { ByteQueue::create(region, length) };
//! let mut reader = unsafe { ByteQueue::attach(region, length) };
//! std::thread::scope(|scope| {
//!     scope.spawn(move || writer.write_blocking(&[1, 2, 3, 4]));
//!     scope.spawn(move || {
//!         let mut received = [0; 4];
//!         reader.consume_blocking(&mut received);
//!         assert_eq!([1, 2, 3, 4], received);
//!     });
//! });
//! ```
//!
//! Messages:
//! ```
//! use shared_mem_queue::{ByteQueue, MsgQueue};
//!
//! let mut buffer = [0u32; 64];
//! let bytes = unsafe { ByteQueue::create(buffer.as_mut_ptr().cast(), size_of_val(&buffer)) };
//! let mut queue = MsgQueue::new(bytes, b"DEFAULT_PREFIX: ", [0; 64 * 4]);
//! queue.write_or_fail(b"Hello, World!").unwrap();
//! assert_eq!(queue.read_or_fail().unwrap(), b"Hello, World!");
//! ```
//!
//! Memory that Linux shares with another processor, where the other side has created the queue (needs root and a
//! region that really exists):
//! ```no_run
//! use shared_mem_queue::ByteQueue;
//!
//! let (start, length) = (0x1004_8000, 0x8000);
//! let memory = std::fs::OpenOptions::new().read(true).write(true).open("/dev/mem").expect("are you root?");
//! let mut map = unsafe { memmap::MmapOptions::new().len(length).offset(start).map_mut(&memory).unwrap() };
//! let mut channel = unsafe { ByteQueue::attach(map.as_mut_ptr(), length) };
//! # let _ = &mut channel;
//! ```
//!
//! Both directions in one region: split it.
//! ```no_run
//! use shared_mem_queue::ByteQueue;
//!
//! # let (start, length) = (0x1004_8000, 0x8000);
//! # let memory = std::fs::OpenOptions::new().read(true).write(true).open("/dev/mem").expect("are you root?");
//! let mut map = unsafe { memmap::MmapOptions::new().len(length).offset(start).map_mut(&memory).unwrap() };
//! let half = length / 2;
//! let mut to_them = unsafe { ByteQueue::attach(map.as_mut_ptr(), half) };
//! let mut to_us = unsafe { ByteQueue::attach(map.as_mut_ptr().add(half), half) };
//! # let _ = (&mut to_them, &mut to_us);
//! ```

#![no_std]
#![warn(missing_docs)]

#[cfg(test)]
extern crate std;

mod byte_queue;
mod msg_queue;
mod region;
mod ring;

pub use byte_queue::ByteQueue;
pub use msg_queue::{MqError, MsgQueue};

//! The queue of messages.

use crate::byte_queue::ByteQueue;
use core::fmt;
use core::hint::spin_loop;
use crc::{CRC_32_ISO_HDLC, Crc};

const CRC32: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Version of the frame's format.
const PROTOCOL: u8 = 1;
const LENGTH_BYTES: usize = 4;
const CRC_BYTES: usize = 4;

/// Why a message could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MqError {
    /// There is no room for the message now; nothing was written.
    Full,
    /// No whole message has arrived yet.
    Empty,
    /// The bytes behind a prefix do not have the CRC that they claim. Reading on finds the next message.
    Crc,
    /// The message does not fit: into the byte queue when it is written, into the reader's buffer when it is read.
    TooBig,
    /// The message is of a format that this version does not know. Reading on finds the next message.
    ProtocolVersion,
}

impl fmt::Display for MqError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Full => "there is no room for the message now",
            Self::Empty => "no whole message has arrived yet",
            Self::Crc => "a message has a wrong CRC",
            Self::TooBig => "the message is larger than the queue or the reader's buffer",
            Self::ProtocolVersion => "a message is of an unknown protocol version",
        })
    }
}

impl core::error::Error for MqError {}

/// Whole messages from one writer to one reader, over a [`ByteQueue`].
///
/// A message in the byte queue, numbers little-endian:
///
/// | bytes | what |
/// |---|---|
/// | *p* | the prefix that both sides agreed on; where to look for a message |
/// | 1 | version of this format: 1 |
/// | 4 | *d*, the length of the data |
/// | 4 | CRC of everything before, so that a damaged length does not make the reader wait for ever |
/// | *d* | data |
/// | 4 | CRC of everything before, header included |
///
/// Both are CRC-32/ISO-HDLC. What comes before a prefix is dropped.
pub struct MsgQueue<'a, const LEN: usize> {
    bytes: ByteQueue,
    prefix: &'a [u8],
    /// What has been taken from the byte queue and not yet been given to the user, from its start on.
    buffer: [u8; LEN],
    filled: usize,
    /// Bytes, from the buffer's start on, that are dealt with: the last message, or one that is too big and still arriving.
    done: usize,
}

impl<'a, const LEN: usize> MsgQueue<'a, LEN> {
    /// A queue of messages over `bytes`. `buffer` is the reader's: a message, frame included, must fit into it.
    pub fn new(bytes: ByteQueue, prefix: &'a [u8], buffer: [u8; LEN]) -> Self {
        Self { bytes, prefix, buffer, filled: 0, done: 0 }
    }

    /// The next message, if all of it has arrived. It stays valid until the next call.
    ///
    /// # Errors
    /// Everything of [`MqError`] but `Full`. After all of them reading may go on.
    pub fn read_or_fail(&mut self) -> Result<&[u8], MqError> {
        let start = self.header();
        let length = self.next()?;
        Ok(&self.buffer[start..start + length])
    }

    /// The next message; spins until there is one or a damaged one.
    ///
    /// # Errors
    /// `Crc`, `TooBig` and `ProtocolVersion`.
    pub fn read_blocking(&mut self) -> Result<&[u8], MqError> {
        let start = self.header();
        let length = loop {
            match self.next() {
                Err(MqError::Empty) => spin_loop(),
                other => break other?,
            }
        };
        Ok(&self.buffer[start..start + length])
    }

    /// Writes a message, or nothing.
    ///
    /// # Errors
    /// `TooBig` when it can never fit, `Full` when it does not fit now.
    pub fn write_or_fail(&mut self, data: &[u8]) -> Result<(), MqError> {
        let size = self.frame(data.len());
        if size > self.bytes.capacity() || u32::try_from(data.len()).is_err() {
            return Err(MqError::TooBig);
        }
        if size > self.bytes.space() {
            return Err(MqError::Full);
        }
        self.write(data);
        Ok(())
    }

    /// Writes a message as soon as there is room for all of it.
    ///
    /// # Errors
    /// `TooBig` when there never will be.
    pub fn write_blocking(&mut self, data: &[u8]) -> Result<(), MqError> {
        loop {
            match self.write_or_fail(data) {
                Err(MqError::Full) => spin_loop(),
                other => return other,
            }
        }
    }

    /// Bytes before the data.
    fn header(&self) -> usize {
        self.prefix.len() + 1 + LENGTH_BYTES + CRC_BYTES
    }

    /// Bytes of a message with its frame.
    fn frame(&self, data: usize) -> usize {
        self.header().saturating_add(data).saturating_add(CRC_BYTES)
    }

    /// Writes a message for which there is room. The reader waits for the rest when it sees a part.
    fn write(&mut self, data: &[u8]) {
        let mut crc = CRC32.digest();
        // `write_or_fail` checked that the length fits a u32.
        let length = (data.len() as u32).to_le_bytes();
        for part in [self.prefix, &[PROTOCOL], &length] {
            crc.update(part);
            self.bytes.write_blocking(part);
        }
        let header_crc = crc.clone().finalize().to_le_bytes();
        for part in [&header_crc, data] {
            crc.update(part);
            self.bytes.write_blocking(part);
        }
        self.bytes.write_blocking(&crc.finalize().to_le_bytes());
    }

    /// Brings the next message to the start of the buffer and returns the length of its data.
    fn next(&mut self) -> Result<usize, MqError> {
        let held = self.done.min(self.filled);
        self.drop_front(held);
        self.done -= held;
        self.done -= self.bytes.skip_at_most(self.done);
        if self.done > 0 {
            return Err(MqError::Empty);
        }
        loop {
            let garbage = self.before_prefix();
            self.drop_front(garbage);
            let taken = self.bytes.consume_at_most(&mut self.buffer[self.filled..]);
            self.filled += taken;
            // Until a message starts at the buffer's start and no more bytes are there.
            if taken == 0 && self.before_prefix() == 0 {
                break;
            }
        }
        match self.examine() {
            Found::Message(length) => {
                self.done = self.frame(length);
                Ok(length)
            }
            Found::Part => Err(MqError::Empty),
            Found::TooBig(size) => {
                self.done = size;
                Err(MqError::TooBig)
            }
            Found::Unusable(error) => {
                // The next message may start right behind this one's first byte.
                self.drop_front(1);
                Err(error)
            }
        }
    }

    /// What the buffer's start is.
    fn examine(&self) -> Found {
        let bytes = &self.buffer[..self.filled];
        let Some(header) = bytes.get(..self.header()) else {
            // A buffer without room for a header can never hold a message.
            return if self.filled == LEN && self.header() > LEN { Found::Unusable(MqError::TooBig) } else { Found::Part };
        };
        let (checked, crc) = header.split_at(self.header() - CRC_BYTES);
        if word(crc) != CRC32.checksum(checked) {
            return Found::Unusable(MqError::Crc);
        }
        if checked[self.prefix.len()] != PROTOCOL {
            return Found::Unusable(MqError::ProtocolVersion);
        }
        let length = word(&checked[self.prefix.len() + 1..]) as usize;
        let size = self.frame(length);
        if size > LEN {
            return Found::TooBig(size);
        }
        let Some(message) = bytes.get(..size) else {
            return Found::Part;
        };
        let (checked, crc) = message.split_at(size - CRC_BYTES);
        if word(crc) == CRC32.checksum(checked) { Found::Message(length) } else { Found::Unusable(MqError::Crc) }
    }

    /// Bytes before the first place where a prefix stands or may be arriving.
    fn before_prefix(&self) -> usize {
        let bytes = &self.buffer[..self.filled];
        (0..bytes.len())
            .find(|&start| {
                let rest = &bytes[start..];
                let known = rest.len().min(self.prefix.len());
                rest[..known] == self.prefix[..known]
            })
            .unwrap_or(bytes.len())
    }

    fn drop_front(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}

/// What stands at the start of the reader's buffer.
enum Found {
    /// A whole message with so many bytes of data.
    Message(usize),
    /// The beginning of one.
    Part,
    /// A message of so many bytes, frame included, for which the buffer has no room.
    TooBig(usize),
    /// Something that only looks like a message, or one that this version cannot read.
    Unusable(MqError),
}

fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

//! What users see of the queues, on random inputs.

use proptest::prelude::*;
use shared_mem_queue::{ByteQueue, MqError, MsgQueue};
use std::collections::VecDeque;
use std::thread;

/// Memory for a queue whose ring has `ring` bytes.
fn region(ring: usize) -> Vec<u32> {
    vec![0xdead_beef; (ring + 8).div_ceil(4)]
}

fn pair(memory: &mut [u32], ring: usize) -> (ByteQueue, ByteQueue) {
    assert!(ring + 8 <= size_of_val(memory));
    let base = memory.as_mut_ptr().cast();
    unsafe { (ByteQueue::create(base, ring + 8), ByteQueue::attach(base, ring + 8)) }
}

#[derive(Clone, Debug)]
enum Action {
    WriteAtMost(Vec<u8>),
    WriteOrFail(Vec<u8>),
    PeekAtMost(usize),
    PeekOrFail(usize),
    SkipAtMost(usize),
    SkipOrFail(usize),
    ConsumeAtMost(usize),
    ConsumeOrFail(usize),
}

fn action() -> impl Strategy<Value = Action> {
    let data = || prop::collection::vec(any::<u8>(), 0..40);
    let count = || 0usize..40;
    prop_oneof![
        data().prop_map(Action::WriteAtMost),
        data().prop_map(Action::WriteOrFail),
        count().prop_map(Action::PeekAtMost),
        count().prop_map(Action::PeekOrFail),
        count().prop_map(Action::SkipAtMost),
        count().prop_map(Action::SkipOrFail),
        count().prop_map(Action::ConsumeAtMost),
        count().prop_map(Action::ConsumeOrFail),
    ]
}

fn front(model: &VecDeque<u8>, count: usize) -> Vec<u8> {
    model.iter().take(count).copied().collect()
}

proptest! {
    #[test]
    fn a_byte_queue_is_a_fifo(ring in 2usize..50, actions in prop::collection::vec(action(), 0..200)) {
        let mut memory = region(ring);
        let (mut writer, mut reader) = pair(&mut memory, ring);
        let mut model = VecDeque::new();
        prop_assert_eq!(writer.capacity(), ring - 1);
        for action in actions {
            match action {
                Action::WriteAtMost(data) => {
                    let count = writer.write_at_most(&data);
                    prop_assert_eq!(count, data.len().min(ring - 1 - model.len()));
                    model.extend(&data[..count]);
                }
                Action::WriteOrFail(data) => {
                    let fits = data.len() < ring - model.len();
                    prop_assert_eq!(writer.write_or_fail(&data).is_ok(), fits);
                    if fits {
                        model.extend(&data);
                    }
                }
                Action::PeekAtMost(count) => {
                    let mut bytes = vec![0; count];
                    let got = reader.peek_at_most(&mut bytes);
                    prop_assert_eq!(&bytes[..got], &front(&model, count)[..]);
                }
                Action::PeekOrFail(count) => {
                    let mut bytes = vec![0; count];
                    let is_there = count <= model.len();
                    prop_assert_eq!(reader.peek_or_fail(&mut bytes).is_ok(), is_there);
                    prop_assert!(!is_there || bytes == front(&model, count));
                }
                Action::SkipAtMost(count) => {
                    let skipped = reader.skip_at_most(count);
                    prop_assert_eq!(skipped, count.min(model.len()));
                    model.drain(..skipped);
                }
                Action::SkipOrFail(count) => {
                    let is_there = count <= model.len();
                    prop_assert_eq!(reader.skip_or_fail(count).is_ok(), is_there);
                    if is_there {
                        model.drain(..count);
                    }
                }
                Action::ConsumeAtMost(count) => {
                    let mut bytes = vec![0; count];
                    let got = reader.consume_at_most(&mut bytes);
                    prop_assert_eq!(&bytes[..got], &front(&model, count)[..]);
                    model.drain(..got);
                }
                Action::ConsumeOrFail(count) => {
                    let mut bytes = vec![0; count];
                    let is_there = count <= model.len();
                    prop_assert_eq!(reader.consume_or_fail(&mut bytes).is_ok(), is_there);
                    if is_there {
                        prop_assert_eq!(&bytes, &front(&model, count));
                        model.drain(..count);
                    }
                }
            }
            prop_assert_eq!(reader.size(), model.len());
            prop_assert_eq!(writer.space(), ring - 1 - model.len());
        }
    }

    #[test]
    fn nothing_outside_of_the_region_is_touched(ring in 2usize..30, junk: (u32, u32), data in prop::collection::vec(any::<u8>(), 0..60)) {
        let mut memory = vec![0xaau8 as u32 * 0x0101_0101; 40];
        memory[10] = junk.0;
        memory[11] = junk.1;
        // Positions full of junk: the queue may be nonsense, but stays in its bytes.
        let base = unsafe { memory.as_mut_ptr().cast::<u8>().add(40) };
        let mut queue = unsafe { ByteQueue::attach(base, ring + 8) };
        queue.write_at_most(&data);
        let mut bytes = vec![0; 60];
        queue.consume_at_most(&mut bytes);
        let all = unsafe { std::slice::from_raw_parts(memory.as_ptr().cast::<u8>(), 160) };
        prop_assert!(all[..40].iter().chain(&all[48 + ring..]).all(|&byte| byte == 0xaa));
    }

    #[test]
    fn messages_arrive_whole_and_in_order(
        prefix in prop::collection::vec(any::<u8>(), 0..6),
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..30),
    ) {
        let mut memory = region(160);
        let (writer, reader) = pair(&mut memory, 160);
        let mut writer = MsgQueue::new(writer, &prefix, [0; 128]);
        let mut reader = MsgQueue::new(reader, &prefix, [0; 128]);
        let mut received = Vec::new();
        for message in &messages {
            while writer.write_or_fail(message) == Err(MqError::Full) {
                received.push(reader.read_or_fail().unwrap().to_vec());
            }
        }
        while let Ok(message) = reader.read_or_fail() {
            received.push(message.to_vec());
        }
        prop_assert_eq!(received, messages);
    }

    /// Random bytes between messages and damage in them: what is delivered was sent, in order, and every message that
    /// nothing happened to arrives. (Garbage here does not hold a prefix; one that does may swallow a message's start.)
    #[test]
    fn garbage_and_damage_cost_only_what_they_hit(
        parts in prop::collection::vec((prop::collection::vec(0u8..0x80, 0..20), prop::collection::vec(any::<u8>(), 0..20), prop::option::weighted(0.3, any::<prop::sample::Index>())), 1..20),
    ) {
        const PREFIX: &[u8] = b"\xf0\xf1\xf2";
        let mut memory = region(4096);
        let (mut writer, reader) = pair(&mut memory, 4096);
        let mut reader = MsgQueue::new(reader, PREFIX, [0; 256]);
        let mut expected = Vec::new();
        for (garbage, data, damage) in parts {
            writer.write_blocking(&garbage);
            let mut frame = framed(PREFIX, &data);
            match damage {
                // In the prefix, version or CRCs or data, but so that no new prefix comes about.
                Some(index) => {
                    let at = index.index(frame.len());
                    frame[at] ^= 0x0f;
                }
                None => expected.push(data),
            }
            writer.write_blocking(&frame);
        }
        let mut received = Vec::new();
        loop {
            match reader.read_or_fail() {
                Ok(message) => received.push(message.to_vec()),
                Err(MqError::Empty) => break,
                Err(_) => {}
            }
        }
        prop_assert_eq!(received, expected);
    }
}

/// A message's bytes, as a queue writes them.
fn framed(prefix: &[u8], data: &[u8]) -> Vec<u8> {
    let mut memory = region(512);
    let (writer, mut reader) = pair(&mut memory, 512);
    MsgQueue::new(writer, prefix, [0; 0]).write_or_fail(data).unwrap();
    let mut bytes = vec![0; reader.size()];
    reader.consume_blocking(&mut bytes);
    bytes
}

#[test]
fn the_frame_has_the_documented_bytes() {
    let bytes = framed(b"PRE", b"123456789");
    assert_eq!(&bytes[..8], b"PRE\x01\x09\0\0\0");
    assert_eq!(bytes.len(), 3 + 1 + 4 + 4 + 9 + 4);
    assert_eq!(&bytes[12..21], b"123456789");
    // CRC-32/ISO-HDLC of the bytes before, from an independent implementation (zlib.crc32).
    assert_eq!(u32::from_le_bytes(bytes[8..12].try_into().unwrap()), 0x9bb329d4);
    assert_eq!(u32::from_le_bytes(bytes[21..25].try_into().unwrap()), 0x22896b0a);
}

#[test]
fn the_layout_is_the_documented_one() {
    let mut memory = region(8);
    let (mut writer, mut reader) = pair(&mut memory, 8);
    writer.write_blocking(&[1, 2, 3, 4, 5]);
    reader.skip_blocking(4);
    writer.write_blocking(&[6, 7, 8, 9]);
    assert_eq!(memory[..2], [1, 4]);
    assert_eq!(memory[2..4].iter().flat_map(|word| word.to_ne_bytes()).collect::<Vec<_>>(), [9, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_message_that_can_never_fit_is_refused_and_one_that_does_not_fit_now_waits() {
    let mut memory = region(64);
    let (writer, reader) = pair(&mut memory, 64);
    let mut writer = MsgQueue::new(writer, b"", [0; 0]);
    let mut reader = MsgQueue::new(reader, b"", [0; 40]);
    assert_eq!(writer.write_or_fail(&[0; 51]), Err(MqError::TooBig));
    assert_eq!(writer.write_blocking(&[0; 51]), Err(MqError::TooBig));
    assert_eq!(writer.write_or_fail(&[7; 50]), Ok(()));
    assert_eq!(writer.write_or_fail(&[7; 1]), Err(MqError::Full));
    // The reader's buffer of 40 bytes is too small; the queue goes on behind the message.
    assert_eq!(reader.read_or_fail(), Err(MqError::TooBig));
    assert_eq!(reader.read_or_fail(), Err(MqError::Empty));
    writer.write_or_fail(b"next").unwrap();
    assert_eq!(reader.read_blocking(), Ok(&b"next"[..]));
}

#[test]
fn another_protocol_version_is_reported_and_skipped() {
    let mut memory = region(512);
    let (mut writer, reader) = pair(&mut memory, 512);
    let mut reader = MsgQueue::new(reader, b"P", [0; 64]);
    // Version 2, no data, with the CRC that fits.
    writer.write_blocking(b"P\x02\0\0\0\0");
    writer.write_blocking(&0xc78cfa34_u32.to_le_bytes());
    writer.write_blocking(&framed(b"P", b"ok"));
    assert_eq!(reader.read_or_fail(), Err(MqError::ProtocolVersion));
    assert_eq!(reader.read_or_fail(), Ok(&b"ok"[..]));
}

#[test]
fn threads_exchange_bytes_and_messages() {
    const COUNT: u32 = 2_000;
    let mut memory = region(61);
    let (writer, reader) = pair(&mut memory, 61);
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut writer = MsgQueue::new(writer, b"#", [0; 0]);
            for number in 0..COUNT {
                writer.write_blocking(&number.to_le_bytes()).unwrap();
            }
        });
        scope.spawn(move || {
            let mut reader = MsgQueue::new(reader, b"#", [0; 61]);
            for number in 0..COUNT {
                assert_eq!(reader.read_blocking().unwrap(), number.to_le_bytes());
            }
        });
    });
}

#[test]
#[should_panic(expected = "not aligned to 4 bytes")]
fn an_unaligned_region_is_refused() {
    let mut memory = region(32);
    unsafe { ByteQueue::create(memory.as_mut_ptr().cast::<u8>().add(1), 16) };
}

#[test]
#[should_panic(expected = "at least 10 bytes")]
fn a_region_without_room_is_refused() {
    let mut memory = region(32);
    unsafe { ByteQueue::create(memory.as_mut_ptr().cast(), 9) };
}

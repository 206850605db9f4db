//! The crate of the same name on crates.io and ours speak the same format: each reads what the other wrote.

use published::{byte_queue::ByteQueue as TheirBytes, msg_queue::MsgQueue as TheirMessages};
use shared_mem_queue::{ByteQueue, MsgQueue};

const PREFIX: &[u8] = b"PREFIX: ";
const RING: usize = 100;

fn messages() -> impl Iterator<Item = Vec<u8>> {
    // Lengths 0 to 40 and back, so that frames meet the ring's end at every place.
    (0u8..=40).chain((0..40).rev()).map(|length| (0..length).map(|byte| byte ^ 0x5a).collect())
}

#[test]
fn they_read_what_we_write() {
    let mut memory = [0u32; (RING + 8) / 4];
    let (base, length) = (memory.as_mut_ptr().cast::<u8>(), size_of_val(&memory));
    let mut ours = MsgQueue::new(unsafe { ByteQueue::create(base, length) }, PREFIX, [0; RING]);
    let mut theirs = TheirMessages::new(unsafe { TheirBytes::attach(base, length) }, PREFIX, [0; RING]);
    for message in messages() {
        ours.write_or_fail(&message).unwrap();
        assert_eq!(theirs.read_or_fail().unwrap(), message);
    }
}

#[test]
fn we_read_what_they_write() {
    let mut memory = [0u32; (RING + 8) / 4];
    let (base, length) = (memory.as_mut_ptr().cast::<u8>(), size_of_val(&memory));
    let mut theirs = TheirMessages::new(unsafe { TheirBytes::create(base, length) }, PREFIX, [0; RING]);
    let mut ours = MsgQueue::new(unsafe { ByteQueue::attach(base, length) }, PREFIX, [0; RING]);
    for message in messages() {
        theirs.write_or_fail(&message).unwrap();
        assert_eq!(ours.read_or_fail().unwrap(), message);
    }
}

#[test]
fn bytes_go_both_ways_through_the_same_positions() {
    let mut memory = [0u32; 8];
    let (base, length) = (memory.as_mut_ptr().cast::<u8>(), size_of_val(&memory));
    let mut ours = unsafe { ByteQueue::create(base, length) };
    let mut theirs = unsafe { TheirBytes::attach(base, length) };
    assert_eq!((ours.capacity(), ours.space()), (theirs.capacity(), theirs.space()));
    let mut byte = [0];
    for round in 0..100u8 {
        if round % 2 == 0 {
            ours.write_blocking(&[round]);
            theirs.consume_blocking(&mut byte);
        } else {
            theirs.write_blocking(&[round]);
            ours.consume_blocking(&mut byte);
        }
        assert_eq!(byte, [round]);
        assert_eq!((ours.size(), ours.space()), (theirs.size(), theirs.space()));
    }
}

//! Two tasks pass messages through a queue and take turns on one CPU.
//!
//! `producer` puts the numbers 0 to 64 into [`MESSAGES`]; `consumer` takes them out. Nothing ever interrupts either of
//! them: the FIFO scheduler switches tasks only where a task asks for it, with `thread::yield_now()`.
//!
//! Good places to stop: the line with `push_back` and the line with `pop_front`. Watch `MESSAGES` there: its buffer
//! has four slots, so `head` walks 0, 1, 2, 3 and wraps around to 0 again.

#![no_std]
#![no_main]

#[macro_use]
extern crate axstd as std;

mod flash;

use axsync::spin::SpinNoIrq;
use std::collections::VecDeque;
use std::thread;

/// What travels through the queue: the message's number.
type Message = u32;

/// The shared queue. `SpinNoIrq` gives one task at a time access to the `VecDeque`, with interrupts off meanwhile.
type Queue = SpinNoIrq<VecDeque<Message>>;

/// The number of the last message. The consumer stops after it.
const LAST_MESSAGE: Message = 64;

/// A `static`, so that a debugger finds it by its name, whichever task is running.
static MESSAGES: Queue = SpinNoIrq::new(VecDeque::new());

/// Entered by ArceOS when memory, page table and scheduler are ready; this is the first task.
#[unsafe(no_mangle)]
extern "C" fn main() {
    println!("Multi-task message queue is starting ...");
    flash::check();

    // Spawning puts a task at the end of the run queue. It does not run yet: nobody has yielded.
    let worker1 = thread::spawn(|| producer(&MESSAGES));
    let worker2 = thread::spawn(|| consumer(&MESSAGES));

    println!("Wait for workers to exit ...");
    // Joining blocks this task, so the scheduler picks the first of the run queue: worker1.
    worker1.join().expect("worker1 cannot be joined");
    worker2.join().expect("worker2 cannot be joined");

    println!("Multi-task message queue OK!");
    // Returning from the first task powers the machine off.
}

/// Puts messages 0 to [`LAST_MESSAGE`] into `queue` and hands over the CPU after each of them.
fn producer(queue: &'static Queue) {
    println!("worker1 (producer) ...");
    for message in 0..=LAST_MESSAGE {
        queue.lock().push_back(message);
        println!("worker1 [{message}]");

        // Without this the consumer would not run before all messages are in the queue (try it).
        // After the last message there is nothing to come back for: ending the task hands over as well.
        if message < LAST_MESSAGE {
            thread::yield_now();
        }
    }
    println!("worker1 ok!");
}

/// Takes messages out of `queue` until [`LAST_MESSAGE`] came; hands over the CPU whenever the queue is empty.
fn consumer(queue: &'static Queue) {
    println!("worker2 (consumer) ...");
    loop {
        let received = queue.lock().pop_front();
        match received {
            Some(message) => {
                println!("worker2 [{message}]");
                if message == LAST_MESSAGE {
                    break;
                }
            }
            // A busy wait, but a polite one. A WaitQueue would let this task sleep until there is a message.
            None => thread::yield_now(),
        }
    }
    println!("worker2 ok!");
}

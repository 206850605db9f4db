import { describe, expect, it } from 'vitest';
import { shortenRustName, stem } from '../../../src/symbols/lang/name';
import { childExpression } from '../../../src/symbols/lang/value';

describe('names of types', () => {
  it.each([
    ['alloc::collections::vec_deque::VecDeque<usize, alloc::alloc::Global>', 'VecDeque<usize>'],
    ['&mut [core::option::Option<alloc::string::String>]', '&mut [Option<String>]'],
    ['alloc::boxed::Box<dyn everything::Speak, alloc::alloc::Global>', 'Box<dyn Speak>'],
    ['<everything::Dog as everything::Speak>::{vtable}', '<Dog as Speak>::{vtable}'],
    [
      'kspin::base::BaseSpinLock<kernel_guard::NoPreemptIrqSave, alloc::vec::Vec<u8, alloc::alloc::Global>>',
      'SpinNoIrq<Vec<u8>>',
    ],
    ['kspin::base::BaseSpinLock<kernel_guard::NoOp, u32>', 'SpinRaw<u32>'],
    ['spin::mutex::Mutex<u32, spin::relax::Spin>', 'Mutex<u32>'],
    ['everything::build::{closure_env#2}', 'build::{closure_env#2}'],
    ['hashbrown::raw::{impl#8}::Inner', 'Inner'],
    ['fn(&core::fmt::Formatter) -> core::result::Result<(), core::fmt::Error>', 'fn(&Formatter) -> Result<(), Error>'],
    ['*const [u8; 4]', '*const [u8; 4]'],
    ['(u8, &str)', '(u8, &str)'],
    ['', ''],
  ])('%s reads %s', (long, short) => {
    expect(shortenRustName(long)).toBe(short);
  });

  it('stem leaves the path and the arguments out', () => {
    expect(stem('alloc::vec::Vec<core::cell::Cell<u8>, alloc::alloc::Global>')).toBe('Vec');
    expect(stem('Point')).toBe('Point');
  });

  it.each([
    ['queue', '.len', 'queue.len'],
    ['queue', '[3]', 'queue[3]'],
    ['p', '*', '(*p)'],
    ['(*p)', '.x', '(*p).x'],
    ['*p', '.x', '(*p).x'],
    ['&x as usize', '.0', '(&x as usize).0'],
    ['a + b', '*', '(*(a + b))'],
  ])('the child of %s at %s is %s', (parent, suffix, child) => {
    expect(childExpression(parent, suffix)).toBe(child);
  });
});

import { describe, expect, it } from 'vitest';
import { shortFunctionName } from '../../src/debug/function-name';

/** What the debug information or the symbol table says, and what the call stack shows. */
const NAMES: readonly (readonly [string, string])[] = [
  // Functions, with their crate.
  ['msgqueue::producer', 'producer · msgqueue'],
  ['axtask::task::task_entry', 'task_entry · axtask'],
  ['main', 'main'],
  ['enter_user+0x74', 'enter_user+0x74'],
  ['kernel::trap::entry+0x1c', 'entry+0x1c · kernel'],
  ['0xffffffc080200000', '0xffffffc080200000'],
  // Methods, with their type.
  ['<guestmonolithickernel::riscv64::vm::VirtualMachine>::run', 'run · VirtualMachine'],
  ['<alloc::vec::Vec<u8>>::push', 'push · Vec'],
  ['alloc::vec::Vec<u8, alloc::alloc::Global>::push', 'push · Vec'],
  ['alloc::vec::Vec<T,A>::push', 'push · Vec'],
  ['kernel::mm::{impl#3}::map', 'map · kernel'],
  ['<[u8]>::len', 'len · [u8]'],
  ['<*mut kernel::task::Task>::write', 'write · *mut Task'],
  ['<&mut kernel::task::Task as core::fmt::Debug>::fmt', 'fmt · &mut Task'],
  ['<(u8, u16) as kernel::Pair>::first', 'first · (u8, u16)'],
  ['<fn(usize) -> kernel::Answer as kernel::Call>::call', 'call · fn(usize) -> Answer'],
  // Methods of traits, with the type that has them.
  ['<kernel::sync::Spin<u8> as lock_api::RawMutex>::lock', 'lock · Spin'],
  ['core::ops::function::FnOnce::call_once', 'call_once · FnOnce'],
  [
    '<alloc::boxed::Box<dyn core::ops::function::FnOnce<(), Output = ()>> as core::ops::function::FnOnce<()>>::call_once',
    'call_once · Box',
  ],
  ['<dyn kernel::Device>::read', 'read · dyn Device'],
  ['<kernel::a_very_long::NameOfAnAddressTranslationCache>::flush', 'flush · NameOfAnAddressTranslat…'],
  // Generic functions: short arguments stay.
  ['write<u8>', 'write<u8>'],
  ['core::ptr::write::<u8>', 'write<u8> · core'],
  ['core::ptr::write::<alloc::string::String>', 'write<String> · core'],
  [
    '<axstd::thread::multi::Builder>::spawn_unchecked::<msgqueue::main::{closure#0}, ()>',
    'spawn_unchecked<…> · Builder',
  ],
  ['<u32 as core::iter::Step>::forward::<{ 1 + 1 }>', 'forward<{ 1 + 1 }> · u32'],
  // Closures and shims belong to a function.
  ['msgqueue::main::{closure#0}', 'main::{closure#0} · msgqueue'],
  ['gkernel::process::spawn::{closure#0}::{closure#1}', 'spawn::{closure#0}::{closure#1} · gkernel'],
  ['<kernel::Timer>::start::{closure#0}', 'start::{closure#0} · Timer'],
  ['kernel::spawn::<kernel::main::{closure#0}>::{closure#2}', 'spawn<…>::{closure#2} · kernel'],
  ['kernel::executor::run::{async_fn#0}', 'run::{async_fn#0} · kernel'],
  [
    '<gkernel::process::spawn::{closure#0} as core::ops::function::FnOnce<()>>::call_once::{shim:vtable#0}',
    'call_once::{shim:vtable#0} · spawn::{closure#0}',
  ],
  [
    '<<axstd::thread::multi::Builder>::spawn_unchecked<msgqueue::main::{closure#0}, ()>::{closure#0} as core::ops::function::FnOnce<()>>::call_once',
    'call_once · spawn_unchecked<…>::{cl…',
  ],
  // Legacy mangling.
  ['core::panicking::panic_fmt::h0123456789abcdef', 'panic_fmt · core'],
  ['<kernel::Task as core::ops::Drop>::drop::h0123456789abcdef', 'drop · Task'],
  ['kernel::main::{{closure}}::h0123456789abcdef', 'main::{{closure}} · kernel'],
  // C++.
  ['sched::Queue::push(sched::Task*)', 'push · Queue'],
  ['sched::Queue<sched::Task*, 4ul>::push(sched::Task*)', 'push · Queue'],
  ['int sched::max<int>(int, int)', 'max<int> · sched'],
  ['sched::operator<<(std::ostream&, sched::Task const&)', 'operator<< · sched'],
  ['sched::Task::operator()() const', 'operator() · Task'],
  ['sched::Task::~Task()', '~Task · Task'],
  ['(anonymous namespace)::helper(int)', 'helper · (anonymous namespace)'],
  ['sched::run()::{lambda(int)#1}::operator()(int) const', 'operator() · run::{lambda(int)#1}'],
];

describe('a function in the call stack', () => {
  for (const [name, shown] of NAMES) {
    it(`named ${name} is shown as ${shown}`, () => expect(shortFunctionName(name)).toBe(shown));
  }

  it('keeps a name that makes no sense, whatever its brackets', () => {
    for (const name of ['', '::', '<', '>>', 'a::', '{', 'a<b', '<a as', 'operator', '->', 'a::<b::{c'])
      expect(typeof shortFunctionName(name)).toBe('string');
  });
});

import { describe, expect, it } from 'vitest';
import type { RunGoal } from '../../src/debug/run-goals';
import { isTrap } from '../../src/machine/contract';
import { BundledTarget } from '../support/bundled-target';
import { trapsKernel } from '../support/debug-target';

const USER = 'payload/origin/src/main.rs';
const VM_ENTRY = 'sret                            # V becomes 1';

/** Stopped in a bundled kernel at the line with `text`. */
async function at(kernel: string, file: string, text: string): Promise<BundledTarget> {
  const driven = await BundledTarget.open(kernel);
  driven.goTo(file, text);
  return driven;
}

describe('a store of a user program that faults', () => {
  const faulting = () => at('lazymapping', USER, 'let mut last = 0u64;');

  it('is stepped over to the next line of the program, by default also with Step Into', async () => {
    for (const how of ['over', 'into'] as const) {
      const driven = await faulting();
      const before = driven.target.machine.retired;
      expect(driven.step(how)).toBe('U origin::_start main.rs:16');
      // The handler did run.
      expect(driven.target.machine.retired - before).toBeGreaterThan(1000n);
    }
  });

  it('is followed to the first line of the kernel, and Step Out of each handler function leads back to it', async () => {
    const driven = await faulting();
    driven.target.trapPolicy = 'follow';
    expect(driven.step('over')).toBe('U origin::_start main.rs:16');
    const again = await faulting();
    again.target.trapPolicy = 'follow';
    expect(again.step('into')).toMatch(/^S <axcpu::riscv::uspace::UserContext>::run uspace.rs:/);
    expect(again.step('out')).toBe('S lazymapping::task::run task.rs:45');
    expect(again.text()).toBe('match context.0.run() {');
  });

  it('ends at the first instruction of the handler if wished, from where Step Out leads to the interrupted line', async () => {
    const driven = await faulting();
    driven.target.trapPolicy = 'stopAtHandler';
    expect(driven.step('into')).toBe('S trap_vector_base ?:0');
    expect(driven.step('out')).toBe('U origin::_start main.rs:14');
  });

  it('is followed by instruction, too', async () => {
    const driven = await faulting();
    driven.target.trapPolicy = 'follow';
    const places = Array.from({ length: 3 }, () => driven.step('into', { unit: 'instruction' }));
    expect(places).toContain('S trap_vector_base ?:0');
  });
});

describe('a trap inside the kernel', () => {
  it('is followed to the line of its handler', () => {
    const driven = trapsKernel();
    driven.breakAt('touch');
    driven.go();
    driven.target.trapPolicy = 'follow';
    expect(driven.step('into')).toBe('step handle_trap:@handler');
    expect(driven.step('out')).toBe('step touch:@touch');
  });

  it('is not followed when it is an interrupt', () => {
    const driven = trapsKernel();
    driven.breakAt('busy');
    driven.go();
    driven.target.trapPolicy = 'follow';
    const places = Array.from({ length: 100 }, () => driven.step('into'));
    expect(places.filter((place) => /handle_trap|trap_vector/.test(place))).toEqual([]);
    expect(Number(driven.value('ticks'))).toBeGreaterThan(3);
  });
});

describe('the hypervisor', () => {
  it('steps over the call that runs the guest to the line behind it', async () => {
    const driven = await at('guestmonolithickernel', 'src/riscv64/vm.rs', 'let exit = self.vcpu.run();');
    expect(driven.step('over')).toBe('S <guestmonolithickernel::riscv64::vm::VirtualMachine>::run vm.rs:42');
    expect(driven.console).not.toContain('Hypervisor ok!');
  });

  it('runs the guest from the instruction that enters it to its exit', async () => {
    const driven = await at('guestmonolithickernel', 'src/riscv64/guest.S', VM_ENTRY);
    expect(driven.step('over')).toBe('S guest_exit guest.S:129');
    expect(driven.step('over')).toBe('S guest_exit guest.S:132');
    expect(driven.step('out')).toBe('S <guestmonolithickernel::riscv64::vcpu::Vcpu>::run vcpu.rs:129');
    driven.goTo('src/riscv64/guest.S', VM_ENTRY);
    expect(driven.step('over', { unit: 'instruction' })).toBe('S guest_exit guest.S:129');
    driven.goTo('src/riscv64/guest.S', VM_ENTRY);
    expect(driven.step('into')).toBe('S guest_exit guest.S:129');
    expect(driven.step('out')).toBe('S <guestmonolithickernel::riscv64::vcpu::Vcpu>::run vcpu.rs:129');
  });

  it('enters the guest on its first line when steps follow', async () => {
    const driven = await at('guestmonolithickernel', 'src/riscv64/guest.S', VM_ENTRY);
    driven.target.trapPolicy = 'follow';
    expect(driven.step('into')).toMatch(/^VS axplat_riscv64_qemu_virt::boot::init_boot_page_table boot.rs:/);
  });
});

describe('in the guest', () => {
  it('a system call is followed into the guest kernel and not into the hypervisor', async () => {
    const driven = await at('guestmonolithickernel', 'payload/app/src/main.rs', 'arch::exit(code)');
    driven.target.trapPolicy = 'follow';
    expect(driven.step('into')).toBe('VU app::arch::exit riscv64.rs:11');
    expect(driven.step('into')).toMatch(/^VS <axcpu::riscv::uspace::UserContext>::run uspace.rs:/);
    expect(driven.step('out')).toBe('VS gkernel::process::run process.rs:109');
    expect(driven.text()).toBe('match user.run() {');
  });

  it('the call that runs the user program ends behind it, with all exits to the hypervisor on the way', async () => {
    const driven = await at('guestmonolithickernel', 'payload/gkernel/src/process.rs', 'match user.run() {');
    expect(driven.step('over')).toBe('VS gkernel::process::run process.rs:110');
  });

  it('the outermost functions say why there is no way out', async () => {
    const driven = await at('guestmonolithickernel', 'payload/app/src/main.rs', 'arch::exit(code)');
    expect(driven.target.step({ hart: 0, how: 'out', unit: 'line' })).toBe(
      'Step Out is not possible: this is the outermost function of the user program of the guest. To leave the guest, use "Run To: Next VM Exit".',
    );
  });
});

describe('running on', () => {
  const goTo = (driven: BundledTarget, goal: RunGoal): string => {
    const stop = driven.go(driven.target.runToGoal(goal, 0));
    const event = stop.kind === 'goal' && stop.event && isTrap(stop.event) ? ` cause ${stop.event.cause}` : '';
    return `${stop.kind}${event}: ${driven.place()}`;
  };

  it('to user code, page faults and VM exits where there are some', async () => {
    const driven = await BundledTarget.open('lazymapping');
    expect(goTo(driven, 'userInstruction')).toBe('goal: U origin::_start main.rs:11');
    const { pc } = driven.target.cpu(0);
    expect(goTo(driven, 'userInstruction')).toBe('goal: U origin::_start main.rs:11');
    expect(driven.target.cpu(0).pc).not.toBe(pc);
    expect(goTo(driven, 'pageFault')).toBe('goal cause 15: S trap_vector_base ?:0');
    // The store that faulted, again.
    expect(goTo(driven, 'userInstruction')).toBe('goal: U origin::_start main.rs:14');
    expect(goTo(driven, 'vmExit')).toMatch(/^power/);
  });

  it('to entries into the guest, its user program, its faults and exits', async () => {
    const driven = await BundledTarget.open('guestmonolithickernel');
    expect(goTo(driven, 'vmEntry')).toMatch(/^goal: VS /);
    expect(goTo(driven, 'vmExit')).toBe('goal cause 23: S guest_exit guest.S:129');
    expect(goTo(driven, 'vmEntry')).toMatch(/^goal: VS /);
    expect(goTo(driven, 'pageFault')).toBe('goal cause 23: S guest_exit guest.S:129');
    expect(goTo(driven, 'userInstruction')).toBe('goal: VU app::_start main.rs:17');
    expect(goTo(driven, 'vmExit')).toMatch(/^goal cause \d+: S guest_exit/);
  });

  it('to task switches: in the new task, behind the function that switched stacks', async () => {
    const driven = await BundledTarget.open('lazymapping');
    const places = Array.from({ length: 3 }, () => goTo(driven, 'taskSwitch'));
    expect(places).toEqual([
      'goal: S axtask::task::task_entry task.rs:542',
      'goal: S <axtask::run_queue::AxRunQueue>::switch_to run_queue.rs:564',
      'goal: S axtask::task::task_entry task.rs:542',
    ]);
    const traps = trapsKernel();
    expect(traps.target.runToGoal('taskSwitch', 0)).toMatch(/^No task switch can be recognised/);
  });

  it('leaves the machine as it would have been', async () => {
    const hash = async (goals: readonly RunGoal[]) => {
      const driven = await BundledTarget.open('lazymapping');
      for (const goal of goals) driven.go(driven.target.runToGoal(goal, 0));
      driven.goTo(USER, 'while step < 10 {');
      return driven.target.machine.stateHash();
    };
    expect(await hash(['taskSwitch', 'userInstruction', 'pageFault'])).toBe(await hash([]));
  });
});

describe('the targets of a step into', () => {
  const targets = (driven: BundledTarget) => {
    const frame = driven.target.topFrame(0);
    return frame === undefined ? [] : driven.target.stepTargets(frame);
  };
  const labels = (driven: BundledTarget) => targets(driven).map((target) => target.label);

  it('name the handler of a system call, and lead there whatever steps do at traps', async () => {
    const driven = await at('guestmonolithickernel', 'payload/app/src/main.rs', 'arch::exit(code)');
    driven.step('into');
    expect(labels(driven)).toEqual(['ecall → trap handler of the guest kernel (trap_vector_base)']);
    const [target] = targets(driven);
    expect(driven.step('into', { target: target?.address })).toMatch(/^VS <axcpu::riscv::uspace::UserContext>::run /);
  });

  it('name the guest that is entered', async () => {
    const driven = await at('guestmonolithickernel', 'src/riscv64/guest.S', VM_ENTRY);
    expect(labels(driven)).toEqual(['sret → guest: the guest kernel at 0x80200000 (_start)']);
    const [target] = targets(driven);
    expect(driven.step('into', { target: target?.address })).toMatch(/^VS axplat_riscv64_qemu_virt::boot/);
  });

  it('are the calls, where there are no traps', async () => {
    const driven = await at('guestmonolithickernel', 'src/riscv64/vm.rs', 'let exit = self.vcpu.run();');
    expect(labels(driven)).toEqual(['<guestmonolithickernel::riscv64::vcpu::Vcpu>::run']);
  });
});

describe('a guest access that its hypervisor must serve', () => {
  const FLASH = 'payload/gkernel/src/flash.rs';

  it('is followed out of the guest and back, or stepped over', async () => {
    const driven = await at('guestmonolithickernel', FLASH, '*byte = unsafe');
    driven.target.trapPolicy = 'follow';
    let place = driven.place();
    for (let step = 0; step < 10 && place.startsWith('VS'); step++) place = driven.step('into');
    expect(place).toBe('S guest_exit guest.S:129');
    expect(driven.step('out')).toBe('S <guestmonolithickernel::riscv64::vcpu::Vcpu>::run vcpu.rs:129');
    // The hypervisor maps the page: the access succeeds then.
    driven.go(driven.target.runToGoal('vmEntry', 0));
    expect(driven.place()).toBe('VS core::ptr::read_volatile::<u8> mod.rs:2095');
    expect(driven.step('out')).toBe('VS gkernel::flash::check flash.rs:17');
    const other = await at('guestmonolithickernel', FLASH, '*byte = unsafe');
    expect(other.step('over')).toBe('VS gkernel::flash::check flash.rs:15');
  });
});

describe('steps of code that is interrupted and preempted all the time', () => {
  it('stay in the task that waits', async () => {
    const driven = await at('guestmonolithickernel', 'payload/gkernel/src/process.rs', 'while !EXITED.load');
    const { sp } = { sp: driven.target.cpu(0).readRegister('sp') };
    for (let step = 0; step < 40; step++) {
      expect(driven.step('over')).toMatch(/^VS <gkernel::process::Process>::wait process.rs:/);
      expect(driven.target.cpu(0).readRegister('sp')).toBe(sp);
    }
  });

  it('go through a user program of the guest instruction by instruction', async () => {
    const driven = await at('guestmonolithickernel', 'payload/app/src/main.rs', 'let sum = sum_up_to(10);');
    for (let step = 0; step < 60; step++) expect(driven.step('into', { unit: 'instruction' })).toMatch(/^VU app::/);
  });
});

describe('steps that follow', () => {
  it('follow neither the handlers of interrupts nor other tasks into their programs', async () => {
    const driven = await at('guestmonolithickernel', 'payload/gkernel/src/process.rs', 'while !EXITED.load');
    // Shortly before the task is preempted for the first time.
    driven.target.resume();
    driven.target.slice(22_500n);
    driven.goTo('payload/gkernel/src/process.rs', 'hint::spin_loop();');
    driven.target.trapPolicy = 'follow';
    let place = driven.step('into');
    let steps = 0;
    for (; steps < 3000 && /process.rs:5[45]$/.test(place); steps++) place = driven.step('into');
    // The program has run and has exited meanwhile: this task goes on.
    expect(steps).toBeGreaterThan(10);
    expect(place).toBe('VS <gkernel::process::Process>::wait process.rs:57');
  });
});

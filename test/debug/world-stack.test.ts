/**
 * One call stack through the worlds of the bundled systems, compared with world-stack.golden (UPDATE_GOLDEN=1 rewrites it),
 * and its true ends at every instruction of the ways between the worlds.
 */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Va, va } from '../../src/base/address';
import { finish as allOf } from '../../src/base/work';
import type { LaunchArguments } from '../../src/dap/launch-schema';
import type { BuiltMachine } from '../../src/dap/services';
import { dataIdOf } from '../../src/debug/data-breakpoints';
import { disassembly } from '../../src/debug/disassembly';
import { formatReference, parseReference, referenceIn } from '../../src/debug/memory';
import type { CodeFrame, Frame } from '../../src/debug/stack';
import type { SliceResult } from '../../src/debug/stop';
import { DebugTarget } from '../../src/debug/target';
import { sessionServices } from '../../src/entry/session-services';
import { isPassage } from '../../src/machine/contract';
import { nodeHost } from '../../src/platform/node/host';
import type { Program } from '../../src/symbols/types';
import { userModeLaunch } from '../dap/fixtures/guests';
import { BundledTarget } from '../support/bundled-target';

const GOLDEN = 'test/debug/world-stack.golden';
const recorded = new Map<string, string>();

afterAll(() => {
  if (process.env.UPDATE_GOLDEN === '1')
    writeFileSync(GOLDEN, [...recorded].map(([title, text]) => `## ${title}\n${text}\n`).join('\n'));
});

/** Compares a stack with the golden's section of that title. */
function check(title: string, driven: BundledTarget): void {
  const text = frames(driven).map(line).join('\n');
  recorded.set(title, text);
  if (process.env.UPDATE_GOLDEN === '1') return;
  const sections = existsSync(GOLDEN) ? readFileSync(GOLDEN, 'utf8').split(/^## /m) : [];
  const wanted = sections.find((one) => one.startsWith(`${title}\n`))?.slice(title.length + 1);
  const rejected = GOLDEN.replace('golden', 'actual');
  if (wanted?.trimEnd() === text) return rmSync(rejected, { force: true });
  writeFileSync(rejected, text);
  expect(text, `differs from ${GOLDEN}; UPDATE_GOLDEN=1 accepts it`).toBe(wanted?.trimEnd());
}

type Driven = Pick<BundledTarget, 'target'>;

const frames = (driven: Driven): readonly Frame[] => driven.target.stack(0).frames(0, 200);

const line = (frame: Frame): string =>
  frame.kind === 'label'
    ? frame.name
    : `  ${frame.physical.cpu.world.mode.padEnd(2)} ${frame.name}${frame.isInlined ? ' [inlined]' : ''} ${place(frame)}`;

const place = ({ source, line }: CodeFrame): string =>
  source === undefined ? '?' : `${source.path.split('/').pop()}:${line}`;

/** The innermost frame of a function, by the end of its name. */
function frameOf(driven: BundledTarget, name: string): CodeFrame {
  const found = frames(driven).find((frame) => frame.kind === 'code' && frame.name.endsWith(name));
  if (found?.kind !== 'code') throw new Error(`no frame of ${name} in\n${frames(driven).map(line).join('\n')}`);
  return found;
}

const valueIn = (driven: BundledTarget, name: string, expression: string): string =>
  driven.target.values.evaluate(expression, driven.target.values.scope(0, frameOf(driven, name))).text;

/** One instruction, whatever world it leads into. */
function stepInstruction({ target }: Driven): void {
  const cpu = target.cpu(0);
  target.machine.run({ budget: 1n, onlyHart: 0, skipFirstBreakpoint: true });
  // What the runner does at its silent breakpoints.
  if (target.contexts.silentBreakpoints.some((one) => one.va === cpu.pc)) target.contexts.atFunction(0);
  target.halt({ kind: 'pause', hart: 0 });
}

/** The shape of a stack at each instruction of a way: which worlds come in which order, each once. */
function shapes(driven: Driven, isEnd: () => boolean): string[] {
  const seen: string[] = [];
  for (let count = 0; count < 2000 && !isEnd(); count++) {
    stepInstruction(driven);
    const shape = frames(driven)
      .map((frame) =>
        frame.kind === 'label'
          ? frame.name.replace(/0x[0-9a-f]+/g, 'PC').replace(/^── /, '')
          : frame.physical.cpu.world.mode,
      )
      .filter((one, at, all) => one !== all[at - 1])
      .join(' | ');
    if (seen.at(-1) !== shape) seen.push(shape);
  }
  return seen;
}

/** The machine and images of a launch. */
async function built(launch: object): Promise<BuiltMachine> {
  const services = sessionServices(nodeHost({ root: resolve('.') }), { symbolsWasm: 'asset:src/symbols/symbols.wasm' });
  return services.build(launch as LaunchArguments, services.host);
}

/** Runs on to the next stop. */
function finish(target: DebugTarget, first: SliceResult | string): void {
  if (typeof first === 'string') throw new Error(first);
  for (let result = first; result.kind === 'running'; ) result = target.slice(1_000_000n);
}

/** The names of the code frames at the end of a stack. */
const bottom = (driven: BundledTarget): string | undefined => {
  const last = frames(driven).at(-1);
  return last?.kind === 'code' ? last.name : last?.name;
};

describe('the call stack of lazymapping', () => {
  it('goes from the user program to the kernel task that entered it', async () => {
    const driven = await BundledTarget.open('lazymapping');
    driven.goTo('payload/origin/src/main.rs', 'let mut last = 0u64;');
    check('lazymapping: in the user program', driven);
    expect(valueIn(driven, 'task::run', 'entry')).toContain('0x1000');
  });

  it('goes from the page fault handler to the store that faulted', async () => {
    const driven = await BundledTarget.open('lazymapping');
    driven.goTo('src/stack.rs', 'let page = address.align_down_4k();');
    check('lazymapping: in the page fault handler', driven);
    expect(valueIn(driven, 'origin::_start', '$sp')).toMatch(/^0x0*3ffffeff/);
    expect(() => valueIn(driven, 'task::run', '$a0')).toThrow('not saved');
    driven.goTo('src/syscall.rs', 'println!("handle_syscall ...");');
    check('lazymapping: in the system call handler', driven);
    expect(valueIn(driven, 'origin::_start', 'fibonacci')).toBe('55');
  });

  it('has no user program under a task that never entered one', async () => {
    const driven = await BundledTarget.open('lazymapping');
    driven.goTo('src/task.rs', 'return exit_code;');
    driven.goTo('src/main.rs', 'Ok(exit_code) => println!');
    check('lazymapping: in the main task after the program', driven);
  });

  it('is whole at each instruction from the kernel into the program and back', async () => {
    const driven = await BundledTarget.open('lazymapping');
    driven.goTo('src/task.rs', 'match context.0.run() {');
    const isBack = () => frames(driven).some((frame) => frame.name.endsWith('map_page_of'));
    expect(shapes(driven, isBack)).toEqual([
      'S',
      'U | entered by sret from the kernel, S → U | S',
      'S | trap: Store/AMO page fault, U → S, at PC | U | entered by sret from the kernel, S → U | S',
      'S | user program, stopped at PC: Store/AMO page fault, U → S | U',
    ]);
  });
});

describe('the call stack of the hypervisor', () => {
  it('goes from the guest kernel before its paging to the hypervisor', async () => {
    const driven = await BundledTarget.open('guestmonolithickernel');
    driven.goTo('src/riscv64/vm.rs', 'let exit = self.vcpu.run();');
    const cpu = driven.target.cpu(0);
    while (!cpu.world.guest) stepInstruction(driven);
    check('hypervisor: at the first instruction of the guest kernel', driven);
    while (!frames(driven)[0]?.name.endsWith('init_boot_page_table')) stepInstruction(driven);
    check('hypervisor: in the guest kernel before its paging', driven);
    expect(valueIn(driven, 'VirtualMachine>::run', 'self.memory.gpa')).toBe('0x80000000');
  });

  it('goes from the exit handler to the guest, also to its user program', async () => {
    const driven = await BundledTarget.open('guestmonolithickernel');
    driven.goTo('src/riscv64/vm.rs', 'let page = gpa.align_down_4k();');
    check('hypervisor: in the handler of a guest page fault', driven);
    expect(valueIn(driven, 'init_early', '$sp')).toMatch(/^0xffffffc0/);
    driven.goTo('payload/app/src/main.rs', 'let sum = sum_up_to(10);');
    check('hypervisor: in the user program of the guest', driven);
    expect(valueIn(driven, 'process::run', 'stack_top')).toContain('0x40000000');
    expect(valueIn(driven, 'VirtualMachine>::run', 'self.memory.gpa')).toBe('0x80000000');
    expect(() => valueIn(driven, 'enter_guest', '$a1')).toThrow('not saved');
  });

  it('reads memory, code and watched places of its frames in their worlds', async () => {
    const driven = await BundledTarget.open('guestmonolithickernel');
    driven.goTo('payload/app/src/main.rs', 'let sum = sum_up_to(10);');
    const { target } = driven;
    const cpu = target.cpu(0);
    const places = ['app::_start', 'process::run', 'VirtualMachine>::run'].map((name) => {
      const { physical } = frameOf(driven, name);
      const at = referenceIn({ machine: target.machine, cpu: physical.cpu }, { space: 'va', address: physical.pc });
      const code = target.memory.readSome(cpu, parseReference(formatReference(at)) ?? at, 8);
      expect(code).toEqual(physical.image?.program.bytesAt(physical.link, 8));
      const [row] = allOf(disassembly(target, cpu, at, 0, 1));
      return `${formatReference(at)} ${row?.places[0]?.source.path.split('/').pop()}:${row?.places[0]?.line}`;
    });
    expect(places).toEqual([
      expect.stringMatching(/^0x10[0-9a-f]{2} main.rs:18$/),
      expect.stringMatching(/^guest-kernel:0xffffffc0[0-9a-f]{8} process.rs:109$/),
      expect.stringMatching(/^kernel:0xffffffc0[0-9a-f]{8} vm.rs:/),
    ]);
    // Both kernels are linked at one address; a place of each is watched where it is.
    const scope = target.values.scope(0, frameOf(driven, 'VirtualMachine>::run'));
    const gpa = target.values.evaluate('self.memory.gpa', scope);
    const reference = referenceIn(scope, gpa.place?.reference ?? { space: 'va', address: 0n });
    expect(reference.world).toBe('kernel');
    const [breakpoint] = target.data.set(cpu, [{ dataId: dataIdOf(reference, 8, 'gpa'), access: 'write' }]);
    const found = target.memory.physical(scope.cpu, va(reference.address));
    expect(breakpoint?.watches).toMatchObject([{ pa: 'pa' in found ? found.pa : undefined, length: 8 }]);
  });

  it('goes from the system call handler of the guest to its user program, and on to the hypervisor', async () => {
    const driven = await BundledTarget.open('guestmonolithickernel');
    driven.goTo('payload/gkernel/src/syscall.rs', 'process::exit(user.arg0() as i32);');
    check('hypervisor: in the system call handler of the guest', driven);
    expect(valueIn(driven, 'app::_start', 'code')).toBe('0');
    driven.goTo('src/riscv64/sbi.rs', 'println!("Guest: SBI SRST shutdown");');
    check('hypervisor: in the handler of the guest’s call to its firmware', driven);
  });

  it('shows the kernel of a guest between its user program and the hypervisor that serves a fault of it', async () => {
    const driven = await BundledTarget.open('guestmonolithickernel');
    driven.goTo('payload/app/src/main.rs', 'let sum = sum_up_to(10);');
    driven.target.setExceptionFilters([{ id: 'supervisor-timer-interrupt', condition: 'mode == "VU"' }]);
    // The hypervisor's timer, while the guest's user program runs.
    const cpu = driven.target.cpu(0);
    cpu.writeRegister('stimecmp', 0n);
    expect(driven.go()).toMatchObject({ kind: 'trap' });
    check('hypervisor: at an exit from the user program of the guest', driven);
    driven.target.setExceptionFilters([]);
    driven.goTo('src/riscv64/timer.rs', 'pub fn inject() {');
    check('hypervisor: serving an exit from the user program of the guest', driven);
    // The hypervisor goes on elsewhere, as with another guest: who entered that is not known.
    const { target } = driven;
    const scope = target.values.scope(0, frameOf(driven, 'VirtualMachine>::run'));
    target.values.evaluate('self.vcpu.context.guest.sepc = 0x1036', scope);
    while (!cpu.world.guest) stepInstruction(driven);
    check('hypervisor: another user program of a guest', driven);
  });

  it('is whole at each instruction into the guest and out of it', async () => {
    const driven = await BundledTarget.open('guestmonolithickernel');
    driven.goTo('payload/gkernel/src/process.rs', 'match user.run() {');
    const isBack = () => frames(driven)[0]?.name === 'gkernel::syscall::handle';
    expect(shapes(driven, isBack)).toEqual([
      'VS | entered by sret from the hypervisor, S → VS | S',
      'VU | entered by sret from the guest kernel, VS → VU | VS | entered by sret from the hypervisor, S → VS | S',
      'VS | trap: Environment call from U-mode, VU → VS, at PC | VU | entered by sret from the guest kernel, VS → VU | VS | entered by sret from the hypervisor, S → VS | S',
      'VS | user program, stopped at PC: Environment call from U-mode, VU → VS | VU | entered by sret from the hypervisor, S → VS | S',
    ]);
    expect(bottom(driven)).toBe('axplat::call_main');
    driven.goTo('payload/gkernel/src/main.rs', 'arch::power_off();');
    const isExit = () => frames(driven)[0]?.name.endsWith('sbi::handle') === true;
    expect(shapes(driven, isExit)).toEqual([
      'VS | entered by sret from the hypervisor, S → VS | S',
      'S | guest, stopped at PC: Environment call from VS-mode, VS → S | VS',
    ]);
  });
});

describe('a hypervisor whose world switch has no call frame information', () => {
  it('has a whole stack at each instruction into the guest and out of it', async () => {
    const { machine, images } = await built({ program: 'bundled:guestmonolithickernel', arch: 'riscv64' });
    const [host, ...others] = images;
    if (host === undefined) throw new Error('no hypervisor');
    const [enter, exit] = ['enter_guest', 'guest_exit'].map((name) => host.program.lookup(name)[0]);
    if (enter === undefined || exit === undefined) throw new Error('no world switch');
    const program: Program = Object.create(host.program, {
      unwind: {
        value: (at: Va) => (at >= enter.address && at < exit.address + exit.size ? undefined : host.program.unwind(at)),
      },
    });
    const target = new DebugTarget(machine, [{ ...host, program }, ...others]);
    const driven = { target };
    const cpu = target.cpu(0);
    target.halt({ kind: 'entry', hart: 0 });
    finish(target, target.runTo('enter_guest'));
    const inGuest = () => cpu.world.guest && frames(driven)[0]?.name === '_start+0x2';
    expect(shapes(driven, inGuest)).toEqual(['S', 'VS | entered by sret from the hypervisor, S → VS | S']);
    target.setExceptionFilters([{ id: 'group:guest-page-fault' }]);
    finish(target, target.resume());
    const isDecoded = () => frames(driven)[0]?.name.endsWith('VmExit>::decode') === true;
    expect(frames(driven)[0]?.name).toBe('guest_exit');
    expect(shapes(driven, isDecoded)).toEqual([
      'S | trap: Store/AMO guest-page fault, VS → S, at PC | VS | entered by sret from the hypervisor, S → VS | S',
      'S | guest, stopped at PC: Store/AMO guest-page fault, VS → S | VS',
    ]);
  });
});

describe('a kernel that enters its user programs on the way back from traps', () => {
  it('has no frames below them, and its trap vector is watched no longer', async () => {
    const { machine, images } = await built(userModeLaunch());
    const target = new DebugTarget(machine, images);
    expect(target.contexts.silentBreakpoints).toHaveLength(1);
    target.halt({ kind: 'entry', hart: 0 });
    target.breakpoints.setFunctions([{ name: 'count_one' }]);
    let entries = 0;
    machine.observe(['crossing'], (event) => {
      if (isPassage(event)) entries++;
    });
    let result = target.resume();
    while (result.kind === 'running' || entries < 3)
      result = result.kind === 'running' ? target.slice(1000n) : target.resume();
    const labels = target
      .stack(0)
      .frames(0, 50)
      .filter((frame) => frame.kind === 'label');
    expect(labels.map(({ name }) => name)).toEqual([
      '── entered by sret from the kernel, S → U: no call led there, so no frames of it are known',
    ]);
    target.breakpoints.setFunctions([]);
    finish(target, target.resume());
    expect(target.contexts.silentBreakpoints).toEqual([]);
  });
});

/** One call stack through the rings and virtual machines of x86-64, and its ends at each instruction of the ways between them. */
import { describe, expect, it } from 'vitest';
import { BundledTarget } from '../support/bundled-target';

const open = (kernel: string): Promise<BundledTarget> => BundledTarget.open(kernel, { arch: 'x86_64' });
const frames = ({ target }: BundledTarget) => target.stack(0).frames(0, 200);
const innermost = (driven: BundledTarget): string => frames(driven)[0]?.name ?? '';

/** Worlds and borders of a stack, innermost first, with the innermost function of each world. */
const shape = (driven: BundledTarget): string[] =>
  frames(driven)
    .map((frame) =>
      frame.kind === 'label'
        ? frame.name.replace(/0x[0-9a-f]+/g, 'PC').replace(/^── /, '')
        : frame.physical.cpu.world.mode,
    )
    .filter((one, at, all) => one !== all[at - 1]);

/** One instruction, whatever world it leads into. */
function stepInstruction({ target }: BundledTarget): void {
  const cpu = target.cpu(0);
  target.machine.run({ budget: 1n, onlyHart: 0, skipFirstBreakpoint: true });
  // What the runner does at its silent breakpoints.
  if (target.contexts.silentBreakpoints.some((one) => one.va === cpu.pc)) target.contexts.atFunction(0);
  target.halt({ kind: 'pause', hart: 0 });
}

function shapes(driven: BundledTarget, isEnd: () => boolean): string[] {
  const seen: string[] = [];
  for (let count = 0; count < 2000 && !isEnd(); count++) {
    stepInstruction(driven);
    const now = shape(driven).join(' | ');
    if (seen.at(-1) !== now) seen.push(now);
  }
  return seen;
}

const HOST = 'entered by vmrun from the hypervisor, ring0 → vring0 | ring0';

describe('the call stack on x86-64', () => {
  it('goes from a page fault and from SYSCALL to the user program', async () => {
    const driven = await open('lazymapping');
    driven.goTo('payload/origin/src/main.rs', 'let mut last = 0u64;');
    expect(shape(driven)).toEqual(['ring3', 'entered by iret from the kernel, ring0 → ring3', 'ring0']);
    const again = await open('lazymapping');
    again.goTo('src/stack.rs', 'let page = address.align_down_4k();');
    const fault = 'user program, stopped at PC: Page fault (#PF) of a write, ring3 → ring0';
    expect(shape(again)).toEqual(['ring0', fault, 'ring3']);
    again.goTo('src/syscall.rs', 'println!("handle_syscall ...");');
    const call = 'user program, stopped at PC: System call (SYSCALL), ring3 → ring0';
    expect(shape(again)).toEqual(['ring0', call, 'ring3']);
  });

  it('goes from the user program of a guest through the guest and #VMEXIT to the hypervisor', async () => {
    const driven = await open('guestmonolithickernel');
    driven.goTo('payload/app/src/main.rs', 'arch::exit(code)');
    const inGuest = 'entered by iret from the guest kernel, vring0 → vring3';
    expect(shape(driven).join(' | ')).toBe(`vring3 | ${inGuest} | vring0 | ${HOST}`);
    const names = frames(driven).flatMap((frame) => (frame.kind === 'code' ? [frame.name] : []));
    for (const name of ['app::_start', 'gkernel::process::run', 'svm_world_switch', 'guestmonolithickernel::main']) {
      expect(names).toContain(name);
    }
    expect(driven.step('into')).toBe('vring3 app::arch::exit x86_64.rs:11');
  });

  it('is whole at each instruction into the guest and out of it', async () => {
    const driven = await open('guestmonolithickernel');
    driven.goTo('payload/gkernel/src/process.rs', 'match user.run() {');
    const inGuest = 'entered by iret from the guest kernel, vring0 → vring3';
    expect(shapes(driven, () => innermost(driven) === 'gkernel::syscall::handle')).toEqual([
      `vring0 | ${HOST}`,
      `vring3 | ${inGuest} | vring0 | ${HOST}`,
      `vring0 | trap: System call (SYSCALL), vring3 → vring0, at PC | vring3 | ${inGuest} | vring0 | ${HOST}`,
      `vring0 | user program, stopped at PC: System call (SYSCALL), vring3 → vring0 | vring3 | ${HOST}`,
    ]);
    driven.goTo('payload/gkernel/src/main.rs', 'arch::power_off();');
    const isHost = () => !driven.target.cpu(0).world.guest && innermost(driven) !== 'svm_world_switch';
    expect(shapes(driven, isHost)).toEqual([
      `vring0 | ${HOST}`,
      'ring0 | guest, stopped at PC: VMEXIT_VMMCALL, vring0 → ring0 | vring0',
    ]);
  });
});

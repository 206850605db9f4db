/** Modes of breakpoints, on the hypervisor whose guest kernel has its host's addresses. */
import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import type { BreakpointMode } from '../../src/debug/breakpoint-modes';
import { BundledTarget } from '../support/bundled-target';

/** Both kernels are linked here and begin with the same routine. */
const SHARED = va(0xffff_ffc0_8020_0000n);
const KERNEL = '/worldstep/kernels/guestmonolithickernel';
const SYSCALL = `${KERNEL}/payload/gkernel/src/syscall.rs`;

async function atGuestSystemCall() {
  const guest = await BundledTarget.open('guestmonolithickernel');
  const line = guest.line('payload/gkernel/src/syscall.rs', 'process::exit(user.arg0() as i32);');
  guest.goTo('payload/gkernel/src/syscall.rs', 'process::exit(user.arg0() as i32);');
  return { guest, target: guest.target, line };
}

/** Runs to the end with one breakpoint on a function; the worlds it stopped in. */
async function worldsOf(name: string, mode: BreakpointMode, most = 20): Promise<string[]> {
  const guest = await BundledTarget.open('guestmonolithickernel');
  const [set] = guest.target.breakpoints.setFunctions([{ name, mode }]);
  expect(set?.places.length, set?.message).toBeGreaterThan(0);
  const worlds: string[] = [];
  for (let stop = guest.go(); stop.kind === 'breakpoint' && worlds.length < most; stop = guest.go()) {
    worlds.push(guest.target.cpu(stop.hart).world.mode);
  }
  guest.target.dispose();
  return worlds;
}

describe('modes of breakpoints', () => {
  it('auto stops in both kernels, host only in the hypervisor, guest only in the guest', async () => {
    const both = await worldsOf('axhal::init_early', 'auto');
    expect(new Set(both)).toEqual(new Set(['S', 'VS']));
    expect(new Set(await worldsOf('axhal::init_early', 'host'))).toEqual(new Set(['S']));
    expect(new Set(await worldsOf('axhal::init_early', 'guest'))).toEqual(new Set(['VS']));
  });

  it('this address space is the one of the moment, and says so', async () => {
    const { target, line } = await atGuestSystemCall();
    const [first] = target.cpu(0).world.roots;
    const [set] = target.breakpoints.setSource(SYSCALL, [{ line, mode: 'this-space' }]);
    expect(set?.message).toBe(`Stops in the guest’s address space with root 0x${first?.table.toString(16)} only.`);
  });

  it('physical needs a physical address, and stops whatever the virtual one is', async () => {
    const { guest, target } = await atGuestSystemCall();
    const at = target.cpu(0).pc;
    const { result } = target.cpu(0).translate(at, 'execute');
    const address = result.ok ? result.pa : 0n;
    const [set] = target.breakpoints.setInstructions([{ address: at, mode: 'physical' }]);
    expect(set?.places.map(({ pa }) => pa)).toEqual([address]);
    expect(set?.message).toBe(`Stops at physical 0x${address.toString(16)}.`);
    const unmapped = await BundledTarget.open('guestmonolithickernel');
    const line = guest.line('payload/app/src/main.rs', 'arch::exit(code)');
    const [missing] = unmapped.target.breakpoints.setSource(`${KERNEL}/payload/app/src/main.rs`, [
      { line, mode: 'physical' },
    ]);
    expect(missing?.places.length).toBe(0);
    expect(missing?.message).toMatch(/has no physical address in the address space without paging/);
  });

  it('an address typed in the guest is code of the guest', async () => {
    const { target } = await atGuestSystemCall();
    const [set] = target.breakpoints.setInstructions([{ address: SHARED }]);
    expect(set?.places[0]?.image?.name).toBe('gkernel');
  });
});

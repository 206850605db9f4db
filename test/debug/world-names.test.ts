/** Names in expressions where two kernels have the same ones at the same addresses. */
import { describe, expect, it } from 'vitest';
import { BundledTarget } from '../support/bundled-target';

describe('names in expressions', () => {
  it('are those of the machine the frame is in: the guest’s in the guest, the host’s in the host', async () => {
    const guest = await BundledTarget.open('guestmonolithickernel');
    const { target } = guest;
    const address = (name: string) => target.values.addressOf(name, target.values.scope(0));
    const linked = (image: string, name: string) =>
      target.images.all.find((one) => one.name === image)?.program.lookup(name)[0]?.address;
    guest.goTo('payload/gkernel/src/syscall.rs', 'process::exit(user.arg0() as i32);');
    expect(address('axhal::init_early')).toBe(linked('gkernel', 'axhal::init_early'));
    // Only the hypervisor has file systems.
    expect(() => address('axfs::init_filesystems')).toThrow(/Nothing is called "axfs::init_filesystems"/);
    guest.goTo('src/riscv64/sbi.rs', 'println!("Guest: SBI SRST shutdown");');
    expect(address('axhal::init_early')).toBe(linked('guestmonolithickernel-riscv64', 'axhal::init_early'));
    expect(address('axfs::init_filesystems')).toBe(linked('guestmonolithickernel-riscv64', 'axfs::init_filesystems'));
    target.dispose();
  });
});

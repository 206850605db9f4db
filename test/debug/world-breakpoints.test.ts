/** Breakpoints in several programs of one machine, set before any of their worlds exists, with the bundled kernels. */
import { describe, expect, it } from 'vitest';
import { imageWorldOf } from '../../src/debug/image-world';
import { BundledTarget } from '../support/bundled-target';

/** Sets breakpoints on the lines with these texts, a file each, and returns where each stop was: world, image, line. */
async function stopsOf(
  kernel: string,
  wanted: readonly (readonly [file: string, text: string])[],
  count: number,
): Promise<string[]> {
  const guest = await BundledTarget.open(kernel);
  const { target } = guest;
  const titles = new Map<number, string>();
  for (const [file, text] of wanted) {
    const path = `/worldstep/kernels/${kernel}/${file}`;
    const [set] = target.breakpoints.setSource(path, [{ line: guest.line(file, text) }]);
    expect(set?.places.length, `${file} is bound: ${set?.message}`).toBeGreaterThan(0);
    if (set !== undefined) titles.set(set.id, file);
  }
  const stops: string[] = [];
  while (stops.length < count) {
    const stop = guest.go();
    if (stop.kind !== 'breakpoint') {
      stops.push(stop.kind);
      break;
    }
    const cpu = target.cpu(stop.hart);
    const image = target.images.find(cpu.pc, target.unwinder.reader(cpu), cpu.world)?.image.name;
    stops.push(`${imageWorldOf(cpu.world)}: ${image} ${stop.ids.map((id) => titles.get(id)).join()}`);
  }
  target.dispose();
  return stops;
}

describe('breakpoints set before launch', () => {
  it('are hit in the hypervisor, the guest kernel and the user program, each in its own image only', async () => {
    const stops = await stopsOf(
      'guestmonolithickernel',
      [
        ['payload/gkernel/src/process.rs', 'match user.run() {'],
        ['payload/app/src/main.rs', 'arch::exit(code)'],
        ['payload/gkernel/src/syscall.rs', 'process::exit(user.arg0() as i32);'],
        ['src/riscv64/sbi.rs', 'println!("Guest: SBI SRST shutdown");'],
      ],
      10,
    );
    expect(stops).toEqual([
      'guest kernel: gkernel payload/gkernel/src/process.rs',
      'guest user: app payload/app/src/main.rs',
      'guest kernel: gkernel payload/gkernel/src/syscall.rs',
      'kernel: guestmonolithickernel-riscv64 src/riscv64/sbi.rs',
      'power',
    ]);
  });

  it('are hit in a user program and in its kernel', async () => {
    const stops = await stopsOf(
      'lazymapping',
      [
        ['payload/origin/src/main.rs', 'let mut last = 0u64;'],
        ['src/stack.rs', 'aspace.map_linear(page, frame, PAGE_SIZE_4K, FLAGS);'],
      ],
      4,
    );
    // The store that faulted is executed again when the page is there.
    expect(stops).toEqual([
      'user: origin payload/origin/src/main.rs',
      'kernel: lazymapping-riscv64 src/stack.rs',
      'user: origin payload/origin/src/main.rs',
      'power',
    ]);
  });
});

/** Programs whose place nobody knows before they run: found by their bytes when their world is entered. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Va, va } from '../../src/base/address';
import type { LaunchArguments } from '../../src/dap/launch-schema';
import { DebugTarget, type TargetImage } from '../../src/debug/target';
import { sessionServices } from '../../src/entry/session-services';
import { nodeHost } from '../../src/platform/node/host';
import type { Program, SourceFile } from '../../src/symbols/types';

/** A bundled kernel whose images were changed. */
async function open(kernel: string, change: (image: TargetImage) => TargetImage): Promise<DebugTarget> {
  const host = nodeHost({ root: resolve('.') });
  const services = sessionServices(host, { symbolsWasm: 'asset:src/symbols/symbols.wasm' });
  const launch: LaunchArguments = { program: `bundled:${kernel}`, arch: 'riscv64' };
  const built = await services.build(launch, host);
  return new DebugTarget(built.machine, built.images.map(change));
}

/** Where the guest stops next: mode and run-time address. */
function next(target: DebugTarget): { readonly mode: string; readonly pc: bigint } | undefined {
  let result = target.resume();
  for (let slices = 0; result.kind === 'running' && slices < 100; slices++) result = target.slice(1_000_000n);
  if (result.kind !== 'stopped' || result.stop.kind !== 'breakpoint') return undefined;
  const { world, pc } = target.cpu(result.stop.hart);
  return { mode: world.mode, pc };
}

/** The same program as if it were linked `by` lower: position-independent files are linked at 0. */
function lowered(program: Program, by: bigint): Program {
  const down = (at: bigint): Va => va(at - by);
  const up = (at: bigint): Va => va(at + by);
  return Object.assign(Object.create(program) as Program, {
    elf: {
      ...program.elf,
      segments: program.elf.segments.map((segment) => ({ ...segment, vaddr: down(segment.vaddr) })),
    },
    bytesAt: (at: Va, length: number) => program.bytesAt(up(at), length),
    addressesOf: (source: SourceFile, line: number, column?: number) =>
      program.addressesOf(source, line, column).map((code) => ({ ...code, address: down(code.address) })),
  });
}

describe('the place of a program', () => {
  it('is found for a guest kernel before its paging, though nobody said where it is loaded', async () => {
    const target = await open('guestmonolithickernel', (image) =>
      image.name === 'gkernel' ? { ...image, guestPhysical: undefined } : image,
    );
    const [set] = target.breakpoints.setFunctions([{ name: '_start', mode: 'guest' }]);
    expect(set?.places.some(({ image }) => image?.name === 'gkernel')).toBe(true);
    expect(next(target)).toEqual({ mode: 'VS', pc: 0x8020_0000n });
  });

  it('is found for a position-independent user program, and its breakpoints go there', async () => {
    const target = await open('lazymapping', (image) =>
      image.name === 'origin' ? { ...image, program: lowered(image.program, 0x1000n) } : image,
    );
    const path = '/worldstep/kernels/lazymapping/payload/origin/src/main.rs';
    const origin = target.images.all.find(({ name }) => name === 'origin');
    const source = origin?.program.sources().find((one) => one.path === path);
    const lines = source === undefined ? [] : (origin?.program.linesOf(source) ?? []);
    const [set] = target.breakpoints.setSource(path, [{ line: Math.max(...lines) }]);
    const before = set?.places[0]?.va ?? 0n;
    expect(before).toBeLessThan(0x1000n);
    expect(next(target)).toEqual({ mode: 'U', pc: before + 0x1000n });
    expect(origin?.placements[0]?.va).toBe(0x1000n);
  });

  it('is not guessed where the bytes are others', async () => {
    const target = await open('guestmonolithickernel', (image) =>
      image.name === 'app' ? { ...image, program: lowered(image.program, 0x40n) } : image,
    );
    const app = target.images.all.find(({ name }) => name === 'app');
    const before = app?.placements;
    expect(next(target)).toBeUndefined();
    expect(app?.placements).toEqual(before);
  });
});

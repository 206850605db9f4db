import { expect } from 'vitest';
import type { GuidedSession } from './guided-session';
import type { RowTests } from './row-tests';

/** Where the program was when it came into the kernel last: as the log of traps says. */
async function stoppedAt(session: GuidedSession): Promise<bigint> {
  const places = (await session.table('traps')).flatMap((row) => / (0x[0-9a-f]+) _start/.exec(row)?.[1] ?? []);
  return BigInt(places.at(-1) ?? 0);
}

/**
 * What differs: the kernel's privilege mode; where the saved pc, a system call's number and its argument are, the number of exit, and
 * the bytes of the instruction that calls; levels of the stack's walk without the page and in all, and the number of the last one
 * without.
 */
interface Terms {
  readonly mode: string;
  readonly pc: string;
  readonly number: string;
  readonly argument: string;
  readonly exit: bigint;
  readonly callBytes: bigint;
  readonly missing: number;
  readonly levels: number;
  readonly last: number;
}
/** Where the numbers of Linux's newer architectures hold, and instructions have four bytes. */
const CALL = { exit: 93n, callBytes: 4n };
const TERMS: Readonly<Record<string, Terms>> = {
  riscv64: {
    mode: 'S mode',
    pc: 'sepc',
    number: 'regs.a7',
    argument: 'regs.a0',
    ...CALL,
    missing: 1,
    levels: 3,
    last: 2,
  },
  aarch64: {
    mode: 'EL1',
    pc: 'tf.elr',
    number: 'tf.x[8]',
    argument: 'tf.x[0]',
    ...CALL,
    missing: 2,
    levels: 4,
    last: 1,
  },
  x86_64: {
    mode: 'ring0',
    pc: 'tf.rip',
    number: 'tf.rax',
    argument: 'tf.rdi',
    exit: 60n,
    callBytes: 2n,
    missing: 2,
    levels: 4,
    last: 3,
  },
  loongarch64: {
    mode: 'PLV0',
    pc: 'era',
    number: 'regs.a7',
    argument: 'regs.a0',
    ...CALL,
    missing: 2,
    levels: 4,
    last: 2,
  },
};

const termsOf = (arch: string) => {
  const terms = TERMS[arch];
  if (terms === undefined) throw new Error(`what is what on ${arch}?`);
  return terms;
};

/** Rows of the guide of lazymapping. */
export const LAZYMAPPING_ROWS: RowTests = {
  'break at: let mut last = 0u64;': async (session, arch) => {
    const user = (await session.table('pageTables')).filter((row) => row.startsWith('0x0000'));
    expect(user).toEqual([expect.stringMatching(/^0x0000000000001000 0x0000000000001fff R-X U/)]);
    const walk = await session.explain('$sp', 'write');
    const { mode, missing, last } = termsOf(arch);
    const levels = walk.split('\n').filter((line) => line.startsWith('level '));
    expect(levels).toHaveLength(missing);
    expect(levels.at(-1)).toMatch(/^level \d, entry \d+ at pa 0x[0-9a-f]+: 0x0000000000000000 \(not valid\)$/);
    expect(levels.at(-1)).toContain(`level ${last},`);
    const start = await session.mode();
    await session.followTraps();
    for (let step = 0; (await session.mode()) === start; step++) {
      expect(step).toBeLessThan(4);
      await session.move('stepIn', { granularity: 'instruction' });
    }
    expect(await session.mode()).toBe(mode);
  },

  'break at: aspace.map_linear(page, frame, …);': async (session, arch) => {
    const { missing, levels: all } = termsOf(arch);
    expect(await session.value('access')).toBe('MappingFlags(WRITE | USER)');
    const addressOf = async (name: string) => /0x[0-9a-f]+/.exec(await session.value(name))?.[0] ?? '';
    const page = await addressOf('page');
    const frame = await addressOf('frame');
    expect(BigInt(await addressOf('address')) & ~0xfffn).toBe(BigInt(page));
    const levels = async () =>
      (await session.explain(page, 'write')).split('\n').filter((line) => /^level /.test(line));
    expect(await levels()).toHaveLength(missing);
    await session.move('next');
    expect(await levels()).toHaveLength(all);
    expect(await session.explain(page, 'write')).toContain(`→ pa ${frame} (RAM), 4 KiB page, RW- U`);
  },

  'break at: println!("handle page fault OK!")': async (session, arch) => {
    expect(BigInt(await session.value(`context.${termsOf(arch).pc}`))).toBe(await stoppedAt(session));
  },

  'break at: Some(context.arg0() as i32)': async (session, arch) => {
    const { number, argument, pc, exit, callBytes } = termsOf(arch);
    expect(BigInt(await session.value(`context.${number}`))).toBe(exit);
    expect(BigInt(await session.value(`context.${argument}`))).toBe(0n);
    expect(BigInt(await session.value(`context.${pc}`))).toBe((await stoppedAt(session)) + callBytes);
  },

  'to try: let mut fibonacci = 1;': async (session) => {
    await session.set('$sp', '$sp - 0x1400');
    const { console, exitCode } = await session.toEnd();
    expect(console.match(/handle page fault OK!/g)).toHaveLength(2);
    expect(exitCode).toBe(0);
  },

  'to try: let mut last = 0u64;': async (session) => {
    await session.set('$sp', '$sp - 0x100000');
    const { console } = await session.toEnd();
    expect(console).toMatch(/page fault at \S+ \(WRITE \| USER\), outside the stack/);
    expect(console).toContain('the user program was stopped');
  },

  'to try: if let Err(problem) = stack.map_page_of(address, access, aspace) {': async (session) => {
    const addresses: string[] = [];
    for (let fault = 0; fault < 4; fault++) {
      addresses.push(await session.value('address'));
      await session.jumpTo({ file: 'src/task.rs', code: 'println!("handle page fault OK!");' });
      await session.move('continue');
    }
    expect(new Set(addresses).size).toBe(1);
  },
};

import { beforeEach, describe, expect, it } from 'vitest';
import type { Pa, Va } from '../../src/base/address';
import type { PowerEvent } from '../../src/devices/device';
import type { SbiArgs, SbiResult } from '../../src/machine/firmware/sbi/call';
import { HART_STATE, type HartEntry, type HartState, type SbiHost } from '../../src/machine/firmware/sbi/host';
import { handleSbi } from '../../src/machine/firmware/sbi/sbi';

const RAM = 0x8000_0000n;
const ONES = 0xffff_ffff_ffff_ffffn;
const [BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN] = [
  0x10n,
  0x54494d45n,
  0x735049n,
  0x52464e43n,
  0x48534dn,
  0x53525354n,
  0x4442434en,
];
const ok = (value = 0n): SbiResult => ({ kind: 'return', error: 0n, value });
const err = (code: bigint): SbiResult => ({ kind: 'return', error: BigInt.asUintN(64, code), value: 0n });
const legacy = (a0: bigint): SbiResult => ({ kind: 'legacy', a0: BigInt.asUintN(64, a0) });
const [NOT_SUPPORTED, INVALID_PARAM, INVALID_ADDRESS, ALREADY_AVAILABLE] = [-2n, -3n, -5n, -6n];

/** Four harts, 4 KiB of RAM, hart 3 stopped, everything noted in a log. Virtual = physical below 2^63. */
class FakeHost implements SbiHost {
  readonly harts = 4;
  readonly identity = { mvendorid: 1n, marchid: 2n, mimpid: 3n };
  readonly log: string[] = [];
  readonly states: HartState[] = [0, 0, HART_STATE.SUSPENDED, HART_STATE.STOPPED];
  readonly ram = new Uint8Array(4096);
  typed: number[] = [];

  setTimer(hart: number, at: bigint): void {
    this.log.push(`timer ${hart} ${at}`);
  }
  setSoftwareInterrupt(hart: number, level: boolean): void {
    this.log.push(`ssip ${hart} ${level}`);
  }
  fenceInstructions(hart: number): void {
    this.log.push(`fence.i ${hart}`);
  }
  fenceGuest(hart: number, range: { start: bigint; size: bigint } | undefined): void {
    this.log.push(`hfence ${hart} ${range ? `${range.start}+${range.size}` : 'all'}`);
  }
  fenceMemory(hart: number, range: { start: bigint; size: bigint } | undefined, asid: bigint | undefined): void {
    this.log.push(`sfence ${hart} ${range === undefined ? 'all' : `${range.start}+${range.size}`} ${asid ?? 'any'}`);
  }
  hartState(hart: number): HartState {
    return this.states[hart] ?? HART_STATE.STOPPED;
  }
  startHart(hart: number, { at, opaque }: HartEntry): void {
    this.log.push(`start ${hart} ${at.toString(16)} ${opaque}`);
  }
  stopHart(hart: number): void {
    this.log.push(`stop ${hart}`);
  }
  suspendHart(hart: number, resume: HartEntry | undefined): void {
    this.log.push(`suspend ${hart} ${resume === undefined ? 'here' : `${resume.at.toString(16)} ${resume.opaque}`}`);
  }
  readMemory(at: Pa, length: number): Uint8Array | undefined {
    const offset = Number(at - RAM);
    return at >= RAM && offset + length <= this.ram.length ? this.ram.slice(offset, offset + length) : undefined;
  }
  writeMemory(at: Pa, bytes: Uint8Array): boolean {
    if (this.readMemory(at, bytes.length) === undefined) return false;
    this.ram.set(bytes, Number(at - RAM));
    return true;
  }
  readVirtual(_hart: number, at: Va, length: number): Uint8Array | undefined {
    return this.readMemory(at as bigint as Pa, length);
  }
  writeConsole(bytes: Uint8Array): void {
    this.log.push(`console ${new TextDecoder().decode(bytes)}`);
  }
  readConsole(limit: number): Uint8Array {
    return Uint8Array.from(this.typed.splice(0, limit));
  }
  power({ kind, code }: PowerEvent): void {
    this.log.push(`power ${kind} ${code}`);
  }
}

let host: FakeHost;
const call = (a7: bigint, a6: bigint, ...args: bigint[]): SbiResult => {
  const [a0 = 0n, a1 = 0n, a2 = 0n, a3 = 0n, a4 = 0n, a5 = 0n] = args;
  const registers: SbiArgs = { a0, a1, a2, a3, a4, a5, a6, a7 };
  return handleSbi(host, 1, registers);
};

beforeEach(() => {
  host = new FakeHost();
});

interface Row {
  readonly name: string;
  readonly call: readonly [bigint, bigint, ...bigint[]];
  readonly result: SbiResult;
  readonly log?: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: 'base: specification version 2.0', call: [BASE, 0n], result: ok(0x0200_0000n) },
  { name: 'base: implementation id', call: [BASE, 1n], result: ok(0x5753n) },
  { name: 'base: implementation version', call: [BASE, 2n], result: ok(1n) },
  { name: 'base: probe finds DBCN', call: [BASE, 3n, DBCN], result: ok(1n) },
  { name: 'base: probe finds legacy putchar', call: [BASE, 3n, 1n], result: ok(1n) },
  { name: 'base: probe does not find SUSP', call: [BASE, 3n, 0x53555350n], result: ok(0n) },
  { name: 'base: mvendorid', call: [BASE, 4n], result: ok(1n) },
  { name: 'base: marchid', call: [BASE, 5n], result: ok(2n) },
  { name: 'base: mimpid', call: [BASE, 6n], result: ok(3n) },
  { name: 'base: unknown function', call: [BASE, 7n], result: err(NOT_SUPPORTED) },
  { name: 'an unknown extension', call: [0x1234n, 0n], result: err(NOT_SUPPORTED) },
  { name: 'a reserved legacy extension', call: [0x9n, 0n], result: err(NOT_SUPPORTED) },
  { name: 'time: set_timer of the caller', call: [TIME, 0n, 12345n], result: ok(), log: ['timer 1 12345'] },
  { name: 'time: unknown function', call: [TIME, 1n], result: err(NOT_SUPPORTED) },
  { name: 'ipi: mask and base', call: [IPI, 0n, 0b11n, 1n], result: ok(), log: ['ssip 1 true', 'ssip 2 true'] },
  {
    name: 'ipi: base of all ones means every hart that is not stopped',
    call: [IPI, 0n, 0n, ONES],
    result: ok(),
    log: ['ssip 0 true', 'ssip 1 true', 'ssip 2 true'],
  },
  { name: 'ipi: a stopped hart is valid and left alone', call: [IPI, 0n, 0b1000n, 0n], result: ok(), log: [] },
  { name: 'ipi: a hart that does not exist', call: [IPI, 0n, 0b1_0001n, 0n], result: err(INVALID_PARAM), log: [] },
  { name: 'ipi: a base beyond the harts', call: [IPI, 0n, 1n, 4n], result: err(INVALID_PARAM), log: [] },
  { name: 'ipi: a huge base', call: [IPI, 0n, 2n, ONES - 1n], result: err(INVALID_PARAM), log: [] },
  { name: 'ipi: an empty mask', call: [IPI, 0n, 0n, 0n], result: ok(), log: [] },
  { name: 'ipi: unknown function', call: [IPI, 1n, 1n, 0n], result: err(NOT_SUPPORTED), log: [] },
  { name: 'rfence: fence.i', call: [RFENCE, 0n, 1n, 0n], result: ok(), log: ['fence.i 0'] },
  {
    name: 'rfence: sfence.vma of a range',
    call: [RFENCE, 1n, 1n, 0n, 0x1000n, 0x2000n],
    result: ok(),
    log: ['sfence 0 4096+8192 any'],
  },
  {
    name: 'rfence: start and size 0 mean everything',
    call: [RFENCE, 1n, 1n, 0n],
    result: ok(),
    log: ['sfence 0 all any'],
  },
  {
    name: 'rfence: size of all ones means everything',
    call: [RFENCE, 1n, 1n, 0n, 0x1000n, ONES],
    result: ok(),
    log: ['sfence 0 all any'],
  },
  {
    name: 'rfence: a range that wraps is widened to everything',
    call: [RFENCE, 1n, 1n, 0n, ONES, 0x10n],
    result: ok(),
    log: ['sfence 0 all any'],
  },
  {
    name: 'rfence: sfence.vma with asid',
    call: [RFENCE, 2n, 1n, 0n, 0n, 0n, 7n],
    result: ok(),
    log: ['sfence 0 all 7'],
  },
  { name: 'rfence: a bad mask fences nothing', call: [RFENCE, 1n, 0x11n, 0n], result: err(INVALID_PARAM), log: [] },
  ...[3n, 4n, 5n, 6n].map((fid) => ({
    name: `rfence: function ${fid} fences guests' translations`,
    call: [RFENCE, fid, 1n, 0n, 0x1000n, 0x2000n] as const,
    result: ok(),
    log: ['hfence 0 4096+8192'],
  })),
  { name: 'rfence: there is no function 7', call: [RFENCE, 7n, 1n, 0n], result: err(NOT_SUPPORTED), log: [] },
  { name: 'hsm: start a stopped hart', call: [HSM, 0n, 3n, RAM, 99n], result: ok(), log: ['start 3 80000000 99'] },
  { name: 'hsm: start one that runs', call: [HSM, 0n, 0n, RAM, 0n], result: err(ALREADY_AVAILABLE), log: [] },
  { name: 'hsm: start one that does not exist', call: [HSM, 0n, 4n, RAM, 0n], result: err(INVALID_PARAM), log: [] },
  { name: 'hsm: start at no memory', call: [HSM, 0n, 3n, 0x1000n, 0n], result: err(INVALID_ADDRESS), log: [] },
  { name: 'hsm: start at an odd address', call: [HSM, 0n, 3n, RAM + 1n, 0n], result: err(INVALID_ADDRESS), log: [] },
  { name: 'hsm: stop does not return', call: [HSM, 1n], result: { kind: 'halted' }, log: ['stop 1'] },
  { name: 'hsm: status started', call: [HSM, 2n, 0n], result: ok(0n) },
  { name: 'hsm: status stopped', call: [HSM, 2n, 3n], result: ok(1n) },
  { name: 'hsm: status suspended', call: [HSM, 2n, 2n], result: ok(4n) },
  { name: 'hsm: status of no hart', call: [HSM, 2n, ONES], result: err(INVALID_PARAM) },
  { name: 'hsm: retentive suspend returns after waking', call: [HSM, 3n, 0n], result: ok(), log: ['suspend 1 here'] },
  {
    name: 'hsm: non-retentive suspend resumes elsewhere',
    call: [HSM, 3n, 0x8000_0000n, RAM + 8n, 5n],
    result: { kind: 'halted' },
    log: ['suspend 1 80000008 5'],
  },
  {
    name: 'hsm: a sign-extended suspend type is the same type',
    call: [HSM, 3n, 0xffff_ffff_8000_0000n, RAM, 5n],
    result: { kind: 'halted' },
    log: ['suspend 1 80000000 5'],
  },
  {
    name: 'hsm: non-retentive suspend to no memory',
    call: [HSM, 3n, 0x8000_0000n, 0n, 5n],
    result: err(INVALID_ADDRESS),
    log: [],
  },
  { name: 'hsm: reserved suspend type', call: [HSM, 3n, 1n], result: err(INVALID_PARAM), log: [] },
  { name: 'hsm: platform suspend type', call: [HSM, 3n, 0x1000_0000n], result: err(INVALID_PARAM), log: [] },
  { name: 'hsm: unknown function', call: [HSM, 4n], result: err(NOT_SUPPORTED) },
  { name: 'srst: shutdown', call: [SRST, 0n, 0n, 0n], result: { kind: 'halted' }, log: ['power off 0'] },
  {
    name: 'srst: shutdown after a failure',
    call: [SRST, 0n, 0n, 1n],
    result: { kind: 'halted' },
    log: ['power fail 1'],
  },
  { name: 'srst: cold reboot', call: [SRST, 0n, 1n, 0n], result: { kind: 'halted' }, log: ['power reset 0'] },
  { name: 'srst: warm reboot', call: [SRST, 0n, 2n, 0n], result: { kind: 'halted' }, log: ['power reset 0'] },
  { name: 'srst: reserved type', call: [SRST, 0n, 3n, 0n], result: err(INVALID_PARAM), log: [] },
  { name: 'srst: reserved reason', call: [SRST, 0n, 0n, 2n], result: err(INVALID_PARAM), log: [] },
  { name: 'srst: unknown function', call: [SRST, 1n], result: err(NOT_SUPPORTED), log: [] },
  { name: 'dbcn: nothing to write', call: [DBCN, 0n, 0n, 0n, 0n], result: ok(0n), log: [] },
  { name: 'dbcn: write from no memory', call: [DBCN, 0n, 4n, 0x10n, 0n], result: err(INVALID_PARAM), log: [] },
  {
    name: 'dbcn: write across the end of memory',
    call: [DBCN, 0n, 4097n, RAM, 0n],
    result: err(INVALID_PARAM),
    log: [],
  },
  { name: 'dbcn: write with a high address half', call: [DBCN, 0n, 4n, RAM, 1n], result: err(INVALID_PARAM), log: [] },
  { name: 'dbcn: write of 2^64 − 1 bytes', call: [DBCN, 0n, ONES, RAM, 0n], result: err(INVALID_PARAM), log: [] },
  { name: 'dbcn: write a byte', call: [DBCN, 2n, 0x141n], result: ok(), log: ['console A'] },
  { name: 'dbcn: unknown function', call: [DBCN, 3n], result: err(NOT_SUPPORTED), log: [] },
  { name: 'legacy: set_timer', call: [0n, 0n, 77n], result: legacy(0n), log: ['timer 1 77'] },
  { name: 'legacy: putchar', call: [1n, 0n, 0x42n], result: legacy(0n), log: ['console B'] },
  { name: 'legacy: getchar without input', call: [2n, 0n], result: legacy(-1n), log: [] },
  { name: 'legacy: clear_ipi', call: [3n, 0n], result: legacy(0n), log: ['ssip 1 false'] },
  {
    name: 'legacy: send_ipi without a mask',
    call: [4n, 0n, 0n],
    result: legacy(0n),
    log: ['ssip 0 true', 'ssip 1 true', 'ssip 2 true'],
  },
  {
    name: 'legacy: send_ipi with a mask in no memory',
    call: [4n, 0n, 0x10n],
    result: legacy(INVALID_ADDRESS),
    log: [],
  },
  { name: 'legacy: shutdown', call: [8n, 0n], result: { kind: 'halted' }, log: ['power off 0'] },
];

describe('sbi', () => {
  it.each(ROWS.map((row) => [row.name, row] as const))('%s', (_name, row) => {
    expect(call(...row.call)).toEqual(row.result);
    if (row.log !== undefined) expect(host.log).toEqual(row.log);
  });

  it('dbcn: writes physical memory to the console and says how much', () => {
    host.ram.set(new TextEncoder().encode('hello'), 0x20);
    expect(call(DBCN, 0n, 5n, RAM + 0x20n, 0n)).toEqual(ok(5n));
    expect(host.log).toEqual(['console hello']);
  });

  it('dbcn: reads what was typed, at most as much as fits, without touching the rest of the buffer', () => {
    host.typed = [1, 2, 3];
    host.ram.fill(0xee);
    expect(call(DBCN, 1n, 2n, RAM, 0n)).toEqual(ok(2n));
    expect(call(DBCN, 1n, 8n, RAM + 2n, 0n)).toEqual(ok(1n));
    expect(call(DBCN, 1n, 8n, RAM + 3n, 0n)).toEqual(ok(0n));
    expect([...host.ram.subarray(0, 5)]).toEqual([1, 2, 3, 0xee, 0xee]);
  });

  it('dbcn: keeps what was typed when the buffer is bad', () => {
    host.typed = [1];
    expect(call(DBCN, 1n, 1n, 0n, 0n)).toEqual(err(INVALID_PARAM));
    expect(host.typed).toEqual([1]);
  });

  it('legacy: reads hart masks from virtual memory and characters from the console', () => {
    host.ram[0] = 0b110;
    expect(call(4n, 0n, RAM)).toEqual(legacy(0n));
    expect(call(5n, 0n, RAM)).toEqual(legacy(0n));
    expect(call(6n, 0n, RAM, 0x1000n, 0x1000n)).toEqual(legacy(0n));
    expect(call(7n, 0n, RAM, 0x1000n, 0x1000n, 3n)).toEqual(legacy(0n));
    expect(host.log).toEqual([
      'ssip 1 true',
      'ssip 2 true',
      'fence.i 1',
      'fence.i 2',
      'sfence 1 4096+4096 any',
      'sfence 2 4096+4096 any',
      'sfence 1 4096+4096 3',
      'sfence 2 4096+4096 3',
    ]);
    host.ram[0] = 0x10;
    expect(call(4n, 0n, RAM)).toEqual(legacy(INVALID_PARAM));
    host.typed = [0x61];
    expect(call(2n, 0n)).toEqual(legacy(0x61n));
  });
});

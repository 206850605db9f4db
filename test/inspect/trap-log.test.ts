import { beforeAll, describe, expect, it } from 'vitest';
import { ipa, va } from '../../src/base/address';
import { DebugTarget } from '../../src/debug/target';
import { sessionServices } from '../../src/entry/session-services';
import { csvText } from '../../src/inspect/csv';
import { type Inspection, type OpenInspector, openInspectors } from '../../src/inspect/open';
import { filterKey } from '../../src/inspect/trap-keys';
import { TrapLog } from '../../src/inspect/trap-log';
import type { World } from '../../src/isa/core/world';
import { RISCV64 } from '../../src/isa/riscv64';
import type { Machine, TraceEvent } from '../../src/machine/contract';
import { nodeHost } from '../../src/platform/node/host';
import { matchGolden, outline, tableText, visitAll } from './golden';

/** A bundled kernel with its views, before its first instruction. */
async function open(
  kernel: string,
  choice: { arch: 'riscv64' | 'aarch64'; mode?: string } = { arch: 'riscv64' },
): Promise<{ target: DebugTarget; inspection: Inspection }> {
  const services = sessionServices(nodeHost({ root: process.cwd() }), {
    symbolsWasm: 'asset:src/symbols/symbols.wasm',
  });
  const built = await services.build({ program: `bundled:${kernel}`, ...choice }, services.host);
  const target = new DebugTarget(built.machine, built.images, { sourceMap: built.sourceMap });
  return { target, inspection: openInspectors(target, built.inspect) };
}

function runOn(target: DebugTarget): string {
  let result = target.resume();
  while (result.kind === 'running') result = target.slice(50_000_000n);
  return result.kind === 'stopped' ? result.stop.kind : result.kind;
}

function view(inspection: Inspection, id: string): OpenInspector {
  const found = inspection.inspectors.find((one) => one.info.id === id);
  if (found === undefined) throw new Error(`there is no inspector ${id}`);
  return found;
}

const labels = (inspector: OpenInspector, key?: string) =>
  inspector.children(key, 0).map(({ label, description }) => `${label}: ${description ?? ''}`);

describe('the hypervisor, run to its end', () => {
  let target: DebugTarget;
  let inspection: Inspection;
  let exits: OpenInspector;
  beforeAll(async () => {
    ({ target, inspection } = await open('guestmonolithickernel'));
    exits = view(inspection, 'vmExits');
  });

  it('says before its first instruction that there is no guest yet', () => {
    expect(labels(exits)).toEqual([
      'No VM exit yet: no guest has been entered. VM exits appear here once a hypervisor enters a virtual machine.: ',
    ]);
    expect(exits.table(undefined, 0)).toMatchObject({ rows: [], summary: expect.stringContaining('no guest') });
    expect(labels(view(inspection, 'traps'))).toEqual(['No trap yet, in 0 instructions.: ']);
  });

  it('shows every VM exit by reason, with guest symbols, addresses and latencies', () => {
    expect(runOn(target)).toBe('power');
    const tree = outline(exits, { depth: 3, width: 12 }).join('\n');
    const first = exits.children(undefined, 0).find(({ key }) => key.startsWith('reason/'));
    const tooltips = outline(exits, { depth: 1, width: 2, hasTooltips: true }, first?.key).join('\n');
    matchGolden('vm-exits', `${tree}\n\n${tooltips}\n\n${tableText(exits.table(undefined, 0))}\n`);
  });

  it('shows traps of all worlds, VM exits among them', () => {
    const traps = view(inspection, 'traps');
    matchGolden('traps', `${outline(traps, { depth: 1 }).join('\n')}\n\n${tableText(traps.table(undefined, 0))}\n`);
  });

  it('offers filters that stop at the like of a row', () => {
    const [group] = exits.children(undefined, 0).filter(({ key }) => key.startsWith('reason/'));
    expect(group?.breakOn).toEqual([
      {
        label: 'Every VM exit with this reason',
        filter: 'vm-exit',
        condition: '!isInterrupt && cause == 10 && $a7 == 0x54494d45 && $a6 == 0x0',
      },
    ]);
    const fault = exits.children('all', 0).find(({ label }) => label.includes('Load guest-page fault'));
    expect(fault?.breakOn?.map(({ label, condition }) => `${label}: ${condition}`)).toEqual([
      'The same reason: !isInterrupt && cause == 21',
      expect.stringMatching(
        /^The same reason, at core::ptr::read_volatile.*: !isInterrupt && cause == 21 && epc == 0x/,
      ),
      'The same reason, guest physical 0x22000000: !isInterrupt && cause == 21 && guestPhysical == 0x22000000',
    ]);
    const trap = view(inspection, 'traps').children('all', 0)[0];
    expect(RISCV64.causes.map(({ id }) => id)).toContain(trap?.breakOn?.[0]?.filter);
  });

  it('chooses rows by reason, pc, address, world and latency', () => {
    const numbers = (text: string) => exits.table(filterKey(text), 0).rows.map(([number]) => Number(number));
    expect(numbers('guest-page')).toEqual([1, 2, 6]);
    expect(numbers('guest-page addr=0x10000000-0x10000fff')).toEqual([1]);
    expect(numbers('addr=0xffffffc022000000')).toEqual([6]);
    expect(numbers('latency>1_000')).toEqual([1, 2, 6]);
    expect(numbers('timer latency<300')).toEqual([4, 7, 9, 11]);
    expect(numbers('SET_TIMER oneshot')).toEqual([5, 8, 10, 12]);
    expect(numbers('from=vs hart=0 pc=0xffffffc08020f75c')).toEqual([3]);
    expect(numbers('from=VU')).toEqual([]);
    expect(labels(exits, filterKey('read_volatile'))).toEqual([
      '13 VM entries: first at _start in VS',
      '1 VM exit of 13 match "read_volatile": ',
      expect.stringMatching(/^Load guest-page fault: 1 \(100\.0 %\)/),
      'All, the latest first: 1 VM exit',
    ]);
  });

  it('says what is wrong with a filter', () => {
    expect(labels(exits, filterKey('pc=here'))[0]).toMatch(/^"pc=here": "here" is no number and no range\. Write /);
    expect(labels(exits, filterKey('colour=red'))[0]).toMatch(/^"colour" is nothing to filter by\. Write /);
    expect(labels(exits, filterKey('pc>1'))[0]).toMatch(/^"pc>1": only latency is compared with >\. Write /);
    expect(labels(exits, 'find:%E0%A4%A')).toHaveLength(2);
    expect(exits.table(filterKey('latency>much'), 0).summary).toContain('"much" is no number');
  });

  it('gives every row a key of its own, with and without a filter', () => {
    for (const root of [undefined, filterKey('a/b@1 timer'), filterKey('guest')]) {
      const keys = visitAll(exits, 3, root);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    }
  });

  it('can be saved as comma-separated values', () => {
    const lines = csvText(exits.table(undefined, 0)).split('\n');
    expect(lines).toHaveLength(15);
    expect(lines[0]).toMatch(/^Number,At instruction,Guest ns,Hart,Reason,From,To,pc,/);
    expect(csvText({ columns: ['a', 'b'], rows: [['x,"y"', 'two\nlines']] })).toBe('a,b\n"x,""y""","two\nlines"\n');
  });
});

describe('lazy mapping, run to its end', () => {
  it('took four traps of its user program and no VM exit', async () => {
    const { target, inspection } = await open('lazymapping');
    runOn(target);
    matchGolden('traps-lazymapping', `${tableText(view(inspection, 'traps').table(undefined, 0))}\n`);
    expect(labels(view(inspection, 'vmExits'))[0]).toMatch(/^No VM exit yet: no guest has been entered\./);
  });
});

describe('the hypervisor that stays in EL2, run to its end', () => {
  it('shows what the syndrome says of a VM exit', async () => {
    const { target, inspection } = await open('guestmonolithickernel', { arch: 'aarch64', mode: 'stage2' });
    runOn(target);
    const exits = view(inspection, 'vmExits');
    const syndromes = exits
      .children('all', 0)
      .map(({ key }) => exits.children(key, 0).find(({ label }) => label === 'ESR_EL2')?.description);
    matchGolden('vm-exits-aarch64', `${syndromes.join('\n')}\n`);
  });
});

/** A machine that is nothing but its events. */
function scripted(harts = 1) {
  const sinks: ((event: TraceEvent) => void)[] = [];
  const cpus = Array.from({ length: harts }, (_, hart) => ({
    hart,
    retired: 0n,
    readRegister: (name: string) => BigInt(name === 'a7' ? 93 : 0),
  }));
  const machine = {
    isa: RISCV64,
    cpus,
    now: 0n,
    observe: (_: unknown, sink: (event: TraceEvent) => void) => {
      sinks.push(sink);
      return () => sinks.splice(sinks.indexOf(sink), 1);
    },
  } as unknown as Machine;
  const emit = (event: TraceEvent) => {
    for (const sink of sinks) sink(event);
  };
  return { machine, cpus, emit, sinks };
}

const world = (mode: string, rank: number, guest = false): World => ({
  isa: 'riscv64',
  mode,
  rank,
  guest,
  level: mode.endsWith('U') ? 'user' : 'kernel',
  asid: 0,
  vmid: 0,
  roots: [],
});
const VU = world('VU', 0, true);
const VS = world('VS', 1, true);
const U = world('U', 2);
const S = world('S', 3);

const trap = (from: World, to: World, at: bigint, more: Partial<TraceEvent> = {}): TraceEvent =>
  ({
    kind: 'crossing',
    by: 'trap',
    hart: 0,
    cause: 21,
    isInterrupt: false,
    instruction: va(at),
    pc: va(at),
    tval: 0n,
    from,
    to,
    at,
    ...more,
  }) as TraceEvent;
const back = (from: World, to: World, at: bigint, hart = 0): TraceEvent =>
  ({
    kind: 'crossing',
    by: 'instruction',
    mnemonic: 'sret',
    hart,
    from,
    to,
    pc: va(at),
    instruction: va(at),
    at,
  }) as TraceEvent;

describe('the trap log', () => {
  it('ends a trap when its handler leaves for less privileged code, not when code it was nested in does', () => {
    const { machine, emit } = scripted();
    const log = new TrapLog(machine);
    emit(trap(VU, VS, 10n, { cause: 13 }));
    emit(trap(VS, S, 15n, { guestPhysical: ipa(0x1000n) }));
    emit(back(S, VS, 40n));
    emit(back(VS, VU, 50n));
    expect(log.traps.all().map(({ own, returned }) => (returned?.own ?? 0n) - own)).toEqual([40n, 25n]);
    expect(log.exits.all().map(({ exit, number, ran, guestPhysical }) => [exit, number, ran, guestPhysical])).toEqual([
      [1, 2, 5n, 0x1000n],
    ]);
  });

  it('ends a VM exit at the next VM entry, whatever programs the hypervisor runs meanwhile', () => {
    const { machine, emit } = scripted();
    const log = new TrapLog(machine);
    emit(back(S, VS, 5n));
    emit(trap(VS, S, 10n));
    emit(back(S, U, 20n));
    expect(log.exits.all()[0]?.returned).toBeUndefined();
    emit(trap(U, S, 30n, { cause: 8 }));
    emit(back(S, VU, 45n));
    expect(log.traps.all().map(({ returned }) => returned?.at)).toEqual([45n, 45n]);
    expect(log.exits.all()[0]?.returned?.to.mode).toBe('VU');
    expect([log.entries, log.firstEntry?.at]).toEqual([2, 5n]);
  });

  it('leaves a kernel trap open, whose return no event tells', () => {
    const { machine, emit } = scripted();
    const log = new TrapLog(machine);
    emit(trap(U, S, 1n, { cause: 8 }));
    emit(trap(S, S, 5n, { cause: 5, isInterrupt: true }));
    emit(back(S, U, 9n));
    expect(log.traps.all().map(({ returned }) => returned?.at)).toEqual([9n, undefined]);
    expect(log.traps.all()[0]?.kind.call).toEqual([93n]);
  });

  it('counts the instructions of each hart alone', () => {
    const { machine, cpus, emit } = scripted(2);
    const log = new TrapLog(machine);
    // Hart 1 runs; its counter lags by the 7 instructions of its turn that the sum has already.
    Object.assign(cpus[0] ?? {}, { retired: 1000n });
    Object.assign(cpus[1] ?? {}, { retired: 50n });
    emit(trap(U, S, 1057n, { hart: 1 }));
    Object.assign(cpus[0] ?? {}, { retired: 3000n });
    Object.assign(cpus[1] ?? {}, { retired: 60n });
    emit(back(S, U, 3065n, 1));
    const [record] = log.traps.all();
    expect([record?.own, record?.returned?.own]).toEqual([57n, 65n]);
  });

  it('tells calls apart by their numbers alone, and not endlessly many', () => {
    const { machine, cpus, emit } = scripted();
    const log = new TrapLog(machine);
    const registers = { a7: 0n, a6: 0n };
    Object.assign(cpus[0] ?? {}, { readRegister: (name: 'a7' | 'a6') => registers[name] });
    for (registers.a6 = 0n; registers.a6 < 3n; registers.a6++) emit(trap(U, S, registers.a6, { cause: 8 }));
    expect(log.kinds.map(({ call, all }) => [call, all.count])).toEqual([[[0n], 3]]);
    for (registers.a7 = 1n; registers.a7 < 5000n; registers.a7++) emit(trap(U, S, registers.a7, { cause: 8 }));
    expect(log.kinds).toHaveLength(1001);
    expect(log.kinds.reduce((sum, { all }) => sum + all.count, 0)).toBe(5002);
  });

  it('keeps the newest when there are too many, says so, and stops listening when disposed', () => {
    const { machine, emit, sinks } = scripted();
    const log = new TrapLog(machine, 10);
    for (let at = 1n; at <= 25n; at++) emit(trap(VS, S, at));
    expect(log.exits.all().map(({ exit }) => exit)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
    expect([log.exits.length, log.exits.dropped, log.exits.total]).toEqual([10, 15, 25]);
    log.dispose();
    expect(sinks).toEqual([]);
  });
});

describe('calls into more privileged code', () => {
  it('are named by the numbers of the binary interface', () => {
    const name = (cause: string, ...values: bigint[]) => RISCV64.calls.name(cause, values)?.text;
    expect(name('ecall-from-s', 0x4442434en, 0n)).toBe('SBI DBCN console_write');
    expect(name('ecall-from-vs', 1n, 77n)).toBe('SBI legacy console_putchar');
    expect(name('ecall-from-s', 0x48534dn, 9n)).toBe('SBI HSM function 9');
    expect(name('ecall-from-s', (1n << 64n) - 1n, 1n << 63n)).toBe(
      'SBI extension 0xffffffffffffffff, function 9223372036854775808',
    );
    expect(name('ecall-from-u', 93n, 0n)).toBe('system call 93');
    expect(name('ecall-from-m', 93n, 0n)).toBeUndefined();
  });
});

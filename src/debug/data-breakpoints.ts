/** Data breakpoints: any number, by virtual or physical address; the machine watches physical ranges. */
import { hex, pa, va } from '../base/address';
import { t } from '../base/l10n';
import type { Cpu, Machine, RunExit, Watch } from '../machine/contract';
import { type ConditionTester, type HitTest, parseHitCondition } from './conditions';
import { formatReference, type MemoryReference, parseReference, type TargetMemory } from './memory';
import type { Stop } from './stop';

/** What a data breakpoint asks for. `dataId` comes from {@link dataIdOf}. */
export interface DataSpec {
  readonly id?: number;
  readonly dataId: string;
  readonly access: Watch['access'];
  readonly condition?: string;
  readonly hitCondition?: string;
}

/** A data breakpoint and how it was bound. */
export interface DataBreakpoint {
  readonly id: number;
  readonly name: string;
  readonly message: string | undefined;
  readonly condition: string | undefined;
  readonly hitTest: HitTest | undefined;
  readonly access: Watch['access'];
  readonly watches: readonly Watch[];
  hits: number;
}

/** Bytes that are watched where nobody says how many. */
export const WORD = 8;

/** Longest range one data breakpoint may watch. */
export const LONGEST_WATCH = 1 << 20;

/** The id of a watched range; `name` is what the user called it. */
export const dataIdOf = (reference: MemoryReference, length: number, name: string): string =>
  `${reference.world === undefined ? `${reference.space}:${hex(reference.address)}` : formatReference(reference)}/${length}/${name}`;

/** A bare address is one, too: for clients that watch what they show and ask nobody before. */
function parseDataId(text: string): { reference: MemoryReference; length: number; name: string } | undefined {
  const match = /^([^/]+)(?:\/([0-9]{1,8})(?:\/(.*))?)?$/s.exec(text);
  const reference = match?.[1] === undefined ? undefined : parseReference(match[1]);
  const length = match?.[2] === undefined ? WORD : Number(match[2]);
  if (reference === undefined || !(length > 0 && length <= LONGEST_WATCH)) return undefined;
  return { reference, length, name: match?.[3] || formatReference(reference) };
}

/** The owner of breakpoints that nobody claims. */
const ANYBODY = {};

/** The data breakpoints of one target. Each owner replaces its own only. */
export class DataBreakpoints {
  private readonly owned = new Map<object, readonly DataBreakpoint[]>();
  private nextWatch = 1;

  constructor(
    private readonly machine: Machine,
    private readonly memory: TargetMemory,
    private readonly takeId: () => number,
  ) {}

  get all(): readonly DataBreakpoint[] {
    return [...this.owned.values()].flat();
  }

  /** Replaces all of an owner. Virtual addresses are bound to the physical memory behind them now. */
  set(cpu: Cpu, specs: readonly DataSpec[], owner: object = ANYBODY): readonly DataBreakpoint[] {
    const set = specs.map((spec) => this.bind(cpu, spec));
    this.owned.set(owner, set);
    this.install();
    return set;
  }

  /** Removes all of an owner. */
  remove(owner: object): void {
    this.owned.delete(owner);
    this.install();
  }

  resetHits(): void {
    for (const breakpoint of this.all) breakpoint.hits = 0;
    this.install();
  }

  /** Watches what the user wants watched, and nothing else. */
  install(): void {
    this.machine.setWatches(this.all.flatMap((breakpoint) => breakpoint.watches));
  }

  private bind(cpu: Cpu, spec: DataSpec): DataBreakpoint {
    const parsed = parseDataId(spec.dataId);
    const hitTest = spec.hitCondition ? parseHitCondition(spec.hitCondition) : undefined;
    const ranges = parsed === undefined ? undefined : this.rangesOf(cpu, parsed.reference, parsed.length);
    let message: string | undefined;
    if (typeof hitTest === 'string') message = hitTest;
    else if (parsed === undefined)
      message = t`"${spec.dataId}" is not a data id of this session. Add the breakpoint again.`;
    else if (typeof ranges === 'string')
      message = t`${parsed.name} is not mapped now: ${ranges}. Set it again when it is.`;
    const usable = message === undefined && Array.isArray(ranges) ? ranges : [];
    return {
      id: spec.id ?? this.takeId(),
      name: parsed?.name ?? spec.dataId,
      message,
      condition: spec.condition?.trim() || undefined,
      hitTest: typeof hitTest === 'function' ? hitTest : undefined,
      access: spec.access,
      watches: usable.map((range) => ({ id: this.nextWatch++, ...range, access: spec.access })),
      hits: 0,
    };
  }

  /** The physical memory behind a range as a hart sees it now; a string says why there is none. */
  rangesOf(cpu: Cpu, at: MemoryReference, length: number): { pa: Watch['pa']; length: number }[] | string {
    if (at.space === 'pa') return [{ pa: pa(at.address), length }];
    const ranges: { pa: Watch['pa']; length: number }[] = [];
    for (let done = 0; done < length; ) {
      const address = va(at.address + BigInt(done));
      const part = Math.min(length - done, 4096 - Number(address % 4096n));
      const found = this.memory.physical(this.memory.viewOf(cpu, at), address);
      if (!('pa' in found)) return found.why;
      const last = ranges.at(-1);
      if (last !== undefined && last.pa + BigInt(last.length) === found.pa) last.length += part;
      else ranges.push({ pa: found.pa, length: part });
      done += part;
    }
    return ranges;
  }

  /** The stop that a touched watch makes, if any. */
  hit(exit: Extract<RunExit, { kind: 'watch' }>, tester: ConditionTester): Stop | undefined {
    const breakpoint = this.all.find((one) => one.watches.some((watch) => watch.id === exit.watch.id));
    if (breakpoint === undefined) return undefined;
    const isSame = exit.old.every((byte, at) => byte === exit.value[at]);
    // VS Code calls this kind "Break on Value Change".
    if (breakpoint.access === 'write' && isSame) return undefined;
    const held = breakpoint.condition === undefined ? true : tester.test(exit.hart, breakpoint.condition);
    if (held === false) return undefined;
    breakpoint.hits++;
    if (breakpoint.hitTest !== undefined && !breakpoint.hitTest(breakpoint.hits)) return undefined;
    const problem = typeof held === 'string' ? { problem: held } : {};
    const text = touchText(breakpoint.name, exit);
    return { kind: 'data', hart: exit.hart, ids: [breakpoint.id], accessPc: exit.accessPc, text, ...problem };
  }
}

/** What a touched watch tells: what was there, what is there now, and which instruction did it. */
export const touchText = (name: string, exit: Extract<RunExit, { kind: 'watch' }>): string => {
  const what = exit.isWrite ? `${show(exit.old)} → ${show(exit.value)}` : t`read ${show(exit.value)}`;
  return t`${name}: ${what}, by the instruction at ${hex(exit.accessPc)}`;
};

/** Up to eight bytes as a number, longer ones as the first sixteen bytes. */
function show(bytes: Uint8Array): string {
  if (bytes.length <= 8) return hex([...bytes].reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n));
  const shown = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > 16 ? `[${shown} …]` : `[${shown}]`;
}

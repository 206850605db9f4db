/** Records of the trap log in words: why, where, for how long. */

import { hex, pa, va } from '../base/address';
import { t } from '../base/l10n';
import type { TrapCause } from '../isa/core/isa';
import { causeOf } from '../isa/core/isa';
import { tablesKey, type World } from '../isa/core/world';
import type { InspectContext } from './inspector';
import { counted } from './text';
import type { TrapKind, TrapRecord } from './trap-log';

/** Why a trap was taken. Records of one reason are counted together. */
export interface Reason {
  readonly text: string;
  readonly cause: TrapCause | undefined;
  /** What holds for this reason only, as the condition of an exception filter. */
  readonly condition: string;
}

/** Where code is. */
export interface CodeText {
  readonly pc: bigint;
  readonly symbol: string | undefined;
  readonly source?: { readonly path: string; readonly line: number };
}

/** The address that a trap is about. */
export interface AddressText {
  readonly name: string;
  readonly value: bigint;
  /** What conditions of exception filters call it. */
  readonly condition: string;
}

/** Bytes that one page of a translation covers for sure. */
const PAGE = 4096n;

/** Words for records, as the machine is now. Remembers what it found out: make one for each look. */
export class TrapWords {
  private readonly reasons = new Map<TrapKind, Reason>();
  private readonly places = new Map<string, CodeText>();

  constructor(private readonly context: InspectContext) {}

  reason({ kind }: Pick<TrapRecord, 'kind'>): Reason {
    const known = this.reasons.get(kind);
    if (known !== undefined) return known;
    const { cause, isInterrupt, call } = kind;
    const { isa } = this.context.machine;
    const found = causeOf(isa, kind);
    const named = found === undefined || call.length === 0 ? undefined : isa.calls.name(found.id, call);
    const name = found === undefined ? (isInterrupt ? t`Interrupt ${cause}` : t`Cause ${cause}`) : t(found.name);
    const reason: Reason = {
      text: named === undefined ? name : `${name}: ${named.text}`,
      cause: found,
      condition: [
        isInterrupt ? 'isInterrupt' : '!isInterrupt',
        `cause == ${cause}`,
        ...call.map((value, index) => `$${isa.calls.registers[index] ?? ''} == ${hex(value)}`),
      ].join(' && '),
    };
    this.reasons.set(kind, reason);
    return reason;
  }

  /** Where the interrupted code was. */
  code(record: TrapRecord): CodeText {
    return this.place(record.epc, record.from, record.hart);
  }

  /** Symbol and line of an address in a world. */
  place(pc: bigint, world: World, hart: number): CodeText {
    const key = `${pc} ${world.rank} ${world.vmid} ${tablesKey(world)}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const found = this.context.images.find(pc, (at, length) => readIn(this.context, hart, world, at, length), world);
    const hit = found?.image.program.symbolAt(found.link);
    const row = found?.image.program.lineAt(found.link);
    const offset = hit === undefined || hit.offset === 0n ? '' : `+${hex(hit.offset)}`;
    const text: CodeText = {
      pc,
      symbol: hit === undefined ? undefined : `${hit.symbol.demangled}${offset}`,
      ...(row?.source !== undefined &&
        row.line > 0 && { source: { path: this.context.clientPath(row.source), line: row.line } }),
    };
    this.places.set(key, text);
    return text;
  }

  /** What a trap tells beside its reason, such as its error code. */
  detail({ report }: TrapRecord): string | undefined {
    return report && this.context.machine.isa.causeDetail?.(report);
  }

  /** The address that the trap is about: of the guest's memory, or what tval says. */
  address({ guestPhysical, tval, kind }: TrapRecord): AddressText | undefined {
    if (guestPhysical !== undefined) {
      return { name: t`guest physical`, value: guestPhysical, condition: 'guestPhysical' };
    }
    if (this.reason({ kind }).cause?.tval !== 'address') return undefined;
    return { name: t`address`, value: tval, condition: 'tval' };
  }
}

/** The name of a code's place in rows: its symbol, else the bare address. */
export const codeText = ({ symbol, pc }: CodeText): string => symbol ?? hex(pc);

/** Reads memory as `world` of a hart maps it, whatever the hart does now. */
export function readIn(
  { machine }: Pick<InspectContext, 'machine'>,
  hart: number,
  world: World,
  at: bigint,
  length: number,
): Uint8Array | undefined {
  const cpu = machine.cpus[hart];
  if (cpu === undefined || length < 0) return undefined;
  const bytes = new Uint8Array(length);
  for (let done = 0n; done < BigInt(length); ) {
    const from = at + done;
    const rest = BigInt(length) - done;
    const room = PAGE - (from % PAGE);
    const piece = Number(rest < room ? rest : room);
    const { result } = cpu.translate(va(from), 'read', world);
    const part = result.ok ? machine.readPhysical(pa(result.pa), piece) : undefined;
    if (part === undefined) return undefined;
    bytes.set(part, Number(done));
    done += BigInt(piece);
  }
  return bytes;
}

/** Instructions from the trap to the end of its handling; undefined while it is being handled. */
export const latency = ({ own, returned }: TrapRecord): bigint | undefined =>
  returned === undefined ? undefined : returned.own - own;

/** `0.001234567 s` of guest time. */
export const secondsText = (nanoseconds: bigint): string => {
  const digits = nanoseconds.toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)} s`;
};

/** `1,203 instructions`. */
export const instructions = (count: bigint): string => counted(count, 'instruction');

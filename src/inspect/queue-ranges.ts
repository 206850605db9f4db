/** Where a queue lies physically: what to watch so that its view stays fresh and its writers become known. */
import { type Pa, va } from '../base/address';
import { bare, memberNamed } from '../symbols/lang/layout';
import type { InspectContext, PhysicalRange } from './inspector';
import type { FoundQueue } from './queue-search';

const PAGE = 4096n;
/** Of a larger buffer only the start is watched, bytes. */
const MOST_WATCHED = 1n << 20n;

/** Where the hart's loads from an address go; undefined when they fault. */
export function physicalAddress({ cpu }: InspectContext, address: bigint): Pa | undefined {
  const { result } = cpu.translate(va(address), 'read');
  return result.ok ? result.pa : undefined;
}

/** The physical pieces of a range of virtual addresses, as far as they are mapped. */
function piecesOf(context: InspectContext, from: bigint, size: bigint): PhysicalRange[] {
  const out: { pa: Pa; length: number }[] = [];
  const end = from + (size < MOST_WATCHED ? size : MOST_WATCHED);
  for (let at = from; at < end; ) {
    const piece = PAGE - (at % PAGE) < end - at ? PAGE - (at % PAGE) : end - at;
    const pa = physicalAddress(context, at);
    const last = out.at(-1);
    if (pa !== undefined && last !== undefined && last.pa + BigInt(last.length) === pa) last.length += Number(piece);
    else if (pa !== undefined) out.push({ pa, length: Number(piece) });
    at += piece;
  }
  return out;
}

/** The header and the buffer. The part of the header that says where the buffer is decides what to watch next. */
export function queueRanges(context: InspectContext, { ring, header }: FoundQueue): PhysicalRange[] {
  const slots = piecesOf(context, ring.bufferAddress, BigInt(ring.capacity) * BigInt(ring.elementType.size));
  const buffer = slots.map((range) => ({ ...range, isAttributed: true }));
  if (header === undefined) return buffer;
  const type = bare(ring.value.type);
  const where = memberNamed(type, 'buf');
  const deciding = where === undefined ? [] : piecesOf(context, header + BigInt(where.offset), BigInt(where.type.size));
  return [
    ...piecesOf(context, header, BigInt(type.size)),
    ...deciding.map((range) => ({ ...range, isDecisive: true })),
    ...buffer,
  ];
}

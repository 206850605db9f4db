/** Memory and disassembly. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { hex } from '../../base/address';
import { decodeBase64, encodeBase64 } from '../../base/base64';
import type { Work } from '../../base/work';
import { type DisassemblyRow, disassembly, type SourcePlace } from '../../debug/disassembly';
import { formatReference, type MemoryReference } from '../../debug/memory';
import type { DebugTarget } from '../../debug/target';
import { badArgument, notWritable } from '../errors';
import { referenceArgument, referenceText } from '../reference-argument';
import type { Handler } from '../server';
import type { Session } from '../session';
import { lineOut } from './breakpoints';
import { ReadableSources } from './sources';

/** Bytes one request may ask for. */
const MOST_BYTES = 16 << 20;
const MOST_ROWS = 20_000;

export function memoryRequests(session: Session): Record<string, Handler> {
  return {
    readMemory: (args, context) => {
      const target = session.need('readMemory');
      const reference = referenceArgument(session, args, 'memoryReference');
      const count = args.count('count', 0);
      if (count > MOST_BYTES) throw badArgument('count', `at most ${MOST_BYTES}`);
      const from = reference.address + BigInt(args.optionalInteger('offset') ?? 0);
      // Clients reckon with it: a number, whatever space the reference names.
      const address = hex(BigInt.asUintN(64, from));
      // Nothing lies below 0 or above the top; wrapping around would show other memory.
      if (from < 0n || from >= 1n << 64n) return { address, unreadableBytes: count };
      const room = (1n << 64n) - from;
      const wanted = room < BigInt(count) ? Number(room) : count;
      const offset = args.optionalInteger('offset') ?? 0;
      session.shown.noteMemory(referenceText(args, 'memoryReference'), offset, offset + count);
      return context.run(bytesOf(target, { ...reference, address: from }, wanted), (bytes) => {
        const missing = count - bytes.length;
        return { address, data: encodeBase64(bytes), ...(missing > 0 ? { unreadableBytes: missing } : {}) };
      });
    },
    writeMemory: (args, context) => {
      const target = session.needStopped('writeMemory');
      const reference = referenceArgument(session, args, 'memoryReference');
      const bytes = decodeBase64(args.string('data'));
      if (bytes === undefined) throw badArgument('data', 'base64');
      const offset = args.optionalInteger('offset') ?? 0;
      const to = reference.address + BigInt(offset);
      const at = { ...reference, address: BigInt.asUintN(64, to) };
      if (to < 0n || to >= 1n << 64n) throw notWritable(formatReference(at));
      const done = target.memory.write(target.cpu(target.stop?.hart ?? 0), at, bytes);
      if (done < bytes.length && !(args.boolean('allowPartial') && done > 0))
        throw notWritable(formatReference({ ...at, address: at.address + BigInt(done) }));
      session.shown.noteMemory(referenceText(args, 'memoryReference'), offset, offset + done);
      context.after(() => session.debuggee.changed());
      return { offset: 0, bytesWritten: done };
    },
    disassemble: (args, context) => {
      const target = session.need('disassemble');
      const reference = referenceArgument(session, args, 'memoryReference');
      const count = args.count('instructionCount', 0);
      if (count > MOST_ROWS) throw badArgument('instructionCount', `at most ${MOST_ROWS}`);
      const instructionOffset = args.optionalInteger('instructionOffset') ?? 0;
      if (Math.abs(instructionOffset) > 50_000) throw badArgument('instructionOffset', 'at most 50000 either way');
      const start = reference.address + BigInt(args.optionalInteger('offset') ?? 0);
      const cpu = target.cpu(target.stop?.hart ?? 0);
      const rows = disassembly(target, cpu, { ...reference, address: start }, instructionOffset, count);
      return context.run(rows, async (done) => ({ instructions: await instructionsOf(session, target, done) }));
    },
    locations: () => {
      throw badArgument('locationReference', 'one that this session gave out; it gives out none');
    },
  };
}

/** Bytes read in one part of the work. */
const PIECE = 1 << 20;

/** As many bytes as can be read from the start. */
function* bytesOf(target: DebugTarget, from: MemoryReference, count: number): Work<Uint8Array> {
  const cpu = target.cpu(target.stop?.hart ?? 0);
  const bytes = new Uint8Array(count);
  let done = 0;
  while (done < count) {
    const wanted = Math.min(PIECE, count - done);
    const read = target.memory.readSome(cpu, { ...from, address: from.address + BigInt(done) }, wanted);
    bytes.set(read, done);
    done += read.length;
    if (read.length < wanted) break;
    yield;
  }
  return bytes.subarray(0, done);
}

/** Rows as the protocol shows them: with their sources, where those can be read. */
async function instructionsOf(
  session: Session,
  target: DebugTarget,
  rows: readonly DisassemblyRow[],
): Promise<DebugProtocol.DisassembledInstruction[]> {
  const sources = new ReadableSources(session, target);
  let last = '';
  const instructions: DebugProtocol.DisassembledInstruction[] = [];
  for (const row of rows) {
    if (!row.isValid) {
      instructions.push({ address: row.addressText, instruction: row.text, presentationHint: 'invalid' });
      continue;
    }
    const place = await placeOf(row.places, sources);
    const key = place === undefined ? '' : `${place.location.name}:${place.location.path}:${place.line}`;
    const isNew = key !== last;
    last = key;
    instructions.push({
      address: row.addressText,
      instructionBytes: row.bytes,
      instruction: row.text,
      ...(row.symbol === undefined ? {} : { symbol: row.symbol }),
      ...(isNew && place !== undefined ? { location: place.location, line: lineOut(session, place.line) } : {}),
    });
  }
  return instructions;
}

/**
 * The line that an instruction is shown under: its own, or that of the call it is inlined into where its own source
 * cannot be read. Most of `core` is inlined into lines of the user's.
 */
async function placeOf(
  places: readonly SourcePlace[],
  sources: ReadableSources,
): Promise<{ location: DebugProtocol.Source; line: number } | undefined> {
  for (const { source, line } of places) {
    const location = await sources.of(source);
    if (location !== undefined) return { location, line };
  }
  return undefined;
}

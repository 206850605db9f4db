/** Memory and disassembly. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { decodeBase64, encodeBase64 } from '../../base/base64';
import { disassembly, type SourcePlace } from '../../debug/disassembly';
import { formatReference, type MemoryReference, parseReference } from '../../debug/memory';
import type { Args } from '../arguments';
import { badArgument, badReference, notWritable } from '../errors';
import type { Handler } from '../server';
import type { Session } from '../session';
import { lineOut } from './breakpoints';
import { ReadableSources } from './sources';

/** Bytes one request may ask for. */
const MOST_BYTES = 16 << 20;
const MOST_ROWS = 20_000;

function referenceOf(args: Args): MemoryReference {
  const text = args.string('memoryReference');
  const reference = parseReference(text);
  if (reference === undefined) throw badReference(text);
  return reference;
}

export function memoryRequests(session: Session): Record<string, Handler> {
  return {
    readMemory: (args) => {
      const target = session.need('readMemory');
      const reference = referenceOf(args);
      const count = args.count('count', 0);
      if (count > MOST_BYTES) throw badArgument('count', `at most ${MOST_BYTES}`);
      const from = reference.address + BigInt(args.optionalInteger('offset') ?? 0);
      const address = formatReference({ ...reference, address: BigInt.asUintN(64, from) });
      // Nothing lies below 0 or above the top; wrapping around would show other memory.
      if (from < 0n || from >= 1n << 64n) return { address, unreadableBytes: count };
      const room = (1n << 64n) - from;
      const wanted = room < BigInt(count) ? Number(room) : count;
      const offset = args.optionalInteger('offset') ?? 0;
      session.shown.noteMemory(args.string('memoryReference'), offset, offset + count);
      const bytes = target.memory.readSome(target.cpu(target.stop?.hart ?? 0), { ...reference, address: from }, wanted);
      const missing = count - bytes.length;
      return { address, data: encodeBase64(bytes), ...(missing > 0 ? { unreadableBytes: missing } : {}) };
    },
    writeMemory: (args, context) => {
      const target = session.needStopped('writeMemory');
      const reference = referenceOf(args);
      const bytes = decodeBase64(args.string('data'));
      if (bytes === undefined) throw badArgument('data', 'base64');
      const offset = args.optionalInteger('offset') ?? 0;
      const to = reference.address + BigInt(offset);
      const at = { ...reference, address: BigInt.asUintN(64, to) };
      if (to < 0n || to >= 1n << 64n) throw notWritable(formatReference(at));
      const done = target.memory.write(target.cpu(target.stop?.hart ?? 0), at, bytes);
      if (done < bytes.length && !(args.boolean('allowPartial') && done > 0))
        throw notWritable(formatReference({ ...at, address: at.address + BigInt(done) }));
      session.shown.noteMemory(args.string('memoryReference'), offset, offset + done);
      context.after(() => session.debuggee.changed());
      return { offset: 0, bytesWritten: done };
    },
    disassemble: async (args) => {
      const target = session.need('disassemble');
      const reference = referenceOf(args);
      const count = args.count('instructionCount', 0);
      if (count > MOST_ROWS) throw badArgument('instructionCount', `at most ${MOST_ROWS}`);
      const instructionOffset = args.optionalInteger('instructionOffset') ?? 0;
      if (Math.abs(instructionOffset) > 50_000) throw badArgument('instructionOffset', 'at most 50000 either way');
      const start = reference.address + BigInt(args.optionalInteger('offset') ?? 0);
      const rows = disassembly(
        target,
        target.cpu(target.stop?.hart ?? 0),
        { ...reference, address: start },
        instructionOffset,
        count,
      );
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
      return { instructions };
    },
    locations: () => {
      throw badArgument('locationReference', 'one that this session gave out; it gives out none');
    },
  };
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

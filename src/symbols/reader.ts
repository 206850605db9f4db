import type { RawHeader } from './elf-image';
import { SymbolError } from './error';
import { type Companions, SymbolModule } from './module';
import { ModuleProgram } from './program';
import type { Program } from './types';

/** Reads ELF files with their debug information. */
export interface SymbolReader {
  /**
   * Reads a file. Damaged debug information leaves `problems` in the program.
   * @param companions files that hold a part of its debug information
   * @param debug the file that has what was stripped from it
   * @throws SymbolError when it is no ELF file or nothing of it is readable.
   */
  read(path: string, bytes: Uint8Array, companions?: Companions, debug?: Uint8Array): Program;
}

/** A program from a file that may be none: not every file that begins like a program is one. */
export function readIfProgram(reader: SymbolReader, path: string, bytes: Uint8Array): Program | undefined {
  try {
    return reader.read(path, bytes);
  } catch {
    return undefined;
  }
}

/** Makes a reader from the bytes of src/symbols/symbols.wasm, or from the compiled module. */
export async function loadSymbolReader(wasm: Uint8Array | WebAssembly.Module): Promise<SymbolReader> {
  return symbolReader(wasm instanceof WebAssembly.Module ? wasm : await WebAssembly.compile(wasm as BufferSource));
}

/** Makes a reader from the compiled module at once. */
export function symbolReader(module: WebAssembly.Module): SymbolReader {
  return { read: (path, bytes, companions, debug) => readProgram(module, path, bytes, companions, debug) };
}

const REBUILD = 'Build the kernel again, or name another file';

function readProgram(
  wasm: WebAssembly.Module,
  path: string,
  bytes: Uint8Array,
  companions: Companions = {},
  debug?: Uint8Array,
): Program {
  if (bytes.length === 0) throw new SymbolError(path, 'the file is empty', `${REBUILD}.`);
  const crashes: string[] = [];
  const onCrash = (what: string) => {
    crashes.push(
      `a question about the debug information could not be answered (${what}); the file is damaged or unusual`,
    );
  };
  const own = new SymbolModule(wasm, bytes, onCrash, debug === undefined ? companions : {});
  const module = debug === undefined ? own : new SymbolModule(wasm, debug, onCrash, companions);
  const header = module.open();
  if (header === undefined) {
    throw new SymbolError(path, `the file is damaged (${crashes[0] ?? 'unknown reason'})`, `${REBUILD}.`);
  }
  if (typeof header === 'string') throw new SymbolError(path, `the file ${header}`, nextStep(header, bytes));
  if (module === own) return new ModuleProgram(path, bytes, module, header as RawHeader, crashes);
  const stripped = own.open();
  if (stripped === undefined || typeof stripped === 'string') return readProgram(wasm, path, bytes);
  // What is loaded is in the program, and all else in its debug file.
  const { segments, entry } = stripped as RawHeader;
  return new ModuleProgram(path, bytes, module, { ...(header as RawHeader), segments, entry }, crashes, own);
}

function nextStep(problem: string, bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0x1f && b === 0x8b) return 'It is compressed with gzip: name the decompressed file.';
  return problem.includes('not an ELF')
    ? 'Name the linked kernel with its symbols (often without an extension, or .elf), not the flat image made from it.'
    : `${REBUILD}.`;
}

/** Reads the sources of Rust programs for the names of their flags: the debug information lacks them. */
import type { Host } from '../base/host';
import { flagDeclarations } from '../debug/flag-declarations';
import { isLibraryPath } from '../debug/sources';
import type { DebugTarget } from '../debug/target';
import { inBatches } from './batches';

/** Tells a target what the sources of its programs declare, as far as they can be read. */
export async function declareFlags(target: DebugTarget, host: Host): Promise<void> {
  for (const [program, names] of target.flags) {
    const sources = program.sources();
    // Its macros declare the types; where it is no source of the program there are none.
    if (!sources.some(({ path }) => /[\\/]bitflags(-\d|[\\/])/.test(path))) continue;
    const rust = sources.filter(({ path }) => path.endsWith('.rs') && !isLibraryPath(path));
    await inBatches(rust, async (source) => {
      const bytes = await host.readFile(target.sources.clientPath(source)).catch(() => undefined);
      if (bytes !== undefined) names.declare(source.path, flagDeclarations(new TextDecoder().decode(bytes)));
    });
  }
}

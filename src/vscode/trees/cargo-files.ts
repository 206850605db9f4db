/** What cargo's own files say of a kernel: how it is run, and which files a build made. */
import { shellWords } from './qemu-words';

/** The words of the first `runner` in a `.cargo/config.toml` that starts QEMU for an architecture, after QEMU's name. */
export function cargoRunner(config: string, arch: string): string[] | undefined {
  const uncommented = config.replace(/^((?:[^"'#\n]|"[^"\n]*"|'[^'\n]*')*)#.*$/gm, '$1');
  for (const [, list, text] of uncommented.matchAll(/^\s*runner\s*=\s*(?:\[([^\]]*)\]|("[^"\n]*"|'[^'\n]*'))/gm)) {
    const words =
      list === undefined
        ? shellWords((text ?? '').slice(1, -1))
        : [...list.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map(([, double, single]) => double ?? single ?? '');
    const at = words.findIndex((word) => word.includes(`qemu-system-${arch}`));
    if (at >= 0) return words.slice(at + 1);
  }
  return undefined;
}

/** The option with which cargo names the files it made, on stdout, and leaves what it says to people on stderr. */
export const CARGO_MESSAGES = '--message-format=json-render-diagnostics';

/**
 * The programs that a build made: what cargo printed with {@link CARGO_MESSAGES}. Later ones depend on earlier ones.
 * Lines that are no messages of cargo's are left out: build tools around cargo print their own.
 */
export function cargoPrograms(output: string): string[] {
  const found: string[] = [];
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue;
    const message = parsed(line);
    if (message?.reason !== 'compiler-artifact' || typeof message.executable !== 'string') continue;
    if (!found.includes(message.executable)) found.push(message.executable);
  }
  return found;
}

function parsed(line: string): { readonly reason?: unknown; readonly executable?: unknown } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

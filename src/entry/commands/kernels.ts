/** `worldstep kernels`: what is bundled. */

import { buildsOf, modesOf, packagePath } from '../../image/kernel-package';
import { type Command, EXIT } from './command';
import { bundledKernels } from './guest';

export const kernelsCommand: Command = {
  name: 'kernels',
  summary: 'Lists the bundled kernels: name, architectures with their modes, packed size, title.',
  options: { json: { help: 'One JSON array instead of a table.' } },
  run: async ({ options }, { host, root, stdout }) => {
    const rows = [];
    for (const { kernel, path } of await bundledKernels(host, root)) {
      let size = 0;
      for (const { build } of buildsOf(kernel)) {
        size += await host.readFile(packagePath(path, build.image.file)).then(
          ({ length }) => length,
          () => 0,
        );
      }
      const { name, title, description } = kernel;
      const architectures = [...kernel.architectures.keys()];
      const modes = modesOf(kernel).map(({ architecture, mode }) => ({ architecture, mode }));
      rows.push({ name, title, description, architectures, modes, size });
    }
    stdout.write(options.has('json') ? `${JSON.stringify(rows)}\n` : tableOf(rows));
    return EXIT.done;
  },
};

interface Row {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly architectures: readonly string[];
  readonly modes: readonly { readonly architecture: string; readonly mode: string }[];
  /** Bytes of all prebuilt images. */
  readonly size: number;
}

const tableOf = (rows: readonly Row[]): string => {
  const cells = [
    ['NAME', 'ARCHITECTURES', 'SIZE', 'TITLE'],
    ...rows.map((row) => [row.name, architecturesText(row), sizeText(row.size), row.title]),
  ];
  const width = (column: number): number => Math.max(...cells.map((row) => row[column]?.length ?? 0));
  const widths = [width(0), width(1), width(2)];
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${cells.map(line).join('\n')}\n`;
};

/** `riscv64,aarch64(stage2)`. */
const architecturesText = ({ architectures, modes }: Row): string =>
  architectures
    .map((name) => {
      const its = modes.filter(({ architecture }) => architecture === name).map(({ mode }) => mode);
      return its.length === 0 ? name : `${name}(${its.join(',')})`;
    })
    .join(',');

const sizeText = (bytes: number): string =>
  bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`;

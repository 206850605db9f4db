/** `worldstep kernels`: what is bundled. */

import { buildsOf, packagePath } from '../../image/kernel-package';
import { type Command, EXIT } from './command';
import { bundledKernels } from './guest';

export const kernelsCommand: Command = {
  name: 'kernels',
  summary: 'Lists the bundled kernels: name, architectures, packed size, title.',
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
      rows.push({ name, title, description, architectures: [...kernel.architectures.keys()], size });
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
  /** Bytes of all prebuilt images. */
  readonly size: number;
}

const tableOf = (rows: readonly Row[]): string => {
  const cells = [
    ['NAME', 'ARCHITECTURES', 'SIZE', 'TITLE'],
    ...rows.map(({ name, title, architectures, size }) => [name, architectures.join(','), sizeText(size), title]),
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

const sizeText = (bytes: number): string =>
  bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`;

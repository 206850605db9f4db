/** The device tree of aarch64-virt beside that of QEMU's board, node by node. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { VirtChoices } from '../../src/machine/boards/aarch64-virt/choices';
import { virtFdt } from '../../src/machine/boards/aarch64-virt/tree';
import { type ReadNode, readFdt } from './fdt-reader';

const folder = mkdtempSync(join(tmpdir(), 'worldstep-tree-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Cells that refer to other nodes, by property: the first, and from one to the next. */
const REFERENCES: Readonly<Record<string, readonly [first: number, stride: number]>> = {
  'interrupt-parent': [0, 1],
  clocks: [0, 1],
  gpios: [0, 3],
  cpu: [0, 1],
  'msi-map': [1, 4],
  'interrupt-map': [4, 10],
};

/** `path property` → value in hexadecimal cells; references by the path that they lead to. */
function flat(root: ReadNode): Map<string, string> {
  const paths = new Map<number, string>();
  const cells = (bytes: Uint8Array): number[] => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: bytes.length >> 2 }, (_, index) => view.getUint32(4 * index));
  };
  const name = (node: ReadNode, path: string): void => {
    const phandle = node.properties.get('phandle');
    if (phandle) paths.set(cells(phandle)[0] ?? 0, path);
    for (const child of node.children) name(child, `${path}/${child.name}`);
  };
  name(root, '');
  const found = new Map<string, string>();
  const walk = (node: ReadNode, path: string): void => {
    found.set(path, 'node');
    for (const [key, bytes] of node.properties) {
      if (key === 'phandle') continue;
      const [first = -1, stride = 1] = REFERENCES[key] ?? [];
      const text =
        bytes.length % 4 === 0
          ? cells(bytes).map((cell, index) =>
              first >= 0 && index >= first && (index - first) % stride === 0 ? paths.get(cell) : cell.toString(16),
            )
          : [new TextDecoder().decode(bytes)];
      found.set(`${path} ${key}`, text.join(' '));
    }
    for (const child of node.children) walk(child, `${path}/${child.name}`);
  };
  walk(root, '');
  return found;
}

/** Numbers that QEMU draws, its name, and what its board has beyond this one. */
const LEFT_OUT = /^(\/chosen (rng|kaslr)-seed| model|\/platform-bus.*|\/pmu.*)$/;

it.each([
  { processors: 1, gic: 2, virtualization: false, cpu: 'cortex-a72' },
  { processors: 4, gic: 2, virtualization: true, cpu: 'cortex-a57' },
  { processors: 8, gic: 2, virtualization: false, cpu: 'cortex-a53' },
  { processors: 1, gic: 3, virtualization: false, cpu: 'cortex-a72' },
  { processors: 8, gic: 3, virtualization: true, cpu: 'cortex-a72' },
] as const)('describes what QEMU describes: $processors × $cpu, GICv$gic, EL2 $virtualization', (row) => {
  const { processors, gic, virtualization } = row;
  const choices: VirtChoices = row;
  const file = join(folder, 'virt.dtb');
  const machine = `virt,gic-version=${gic},virtualization=${virtualization ? 'on' : 'off'},dumpdtb=${file}`;
  const options = ['-machine', machine, '-cpu', row.cpu, '-smp', `${processors}`, '-m', '256M', '-display', 'none'];
  const run = spawnSync('qemu-system-aarch64', [...options, '-nodefaults'], { encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
  const theirs = flat(readFdt(new Uint8Array(readFileSync(file))));
  const ours = flat(readFdt(virtFdt({ processors, memory: 256 << 20, choices })));
  const differences: string[] = [];
  for (const key of new Set([...theirs.keys(), ...ours.keys()])) {
    if (!LEFT_OUT.test(key) && theirs.get(key) !== ours.get(key)) {
      differences.push(`${key}: QEMU ${theirs.get(key)}, here ${ours.get(key)}`);
    }
  }
  expect(differences).toEqual([]);
});

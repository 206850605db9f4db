/** An address translation in words: every entry the walk looked at, and how it ended. */
import { hex, va } from '../base/address';
import { decodeFields } from '../base/fields';
import type { Access } from '../isa/core/translation';
import type { World } from '../isa/core/world';
import type { Cpu } from '../machine/contract';

/** The walk for `at` as lines of text; in `world` or the hart's current one. Changes nothing. */
export function explain(cpu: Cpu, at: bigint, access: Access, world?: World): string[] {
  const walk = cpu.translate(va(at), access, world);
  const lines = [`${access} ${hex(walk.va)} in ${(world ?? cpu.world).mode} mode, ${walk.scheme}:`];
  for (const step of walk.steps) {
    const fields = decodeFields(step.entry.fields, step.entry.raw)
      .filter((field) => field.value !== 0n)
      .map((field) =>
        field.spec.high === field.spec.low ? field.spec.name : `${field.spec.name}=${hex(field.value)}`,
      );
    const kind = !step.entry.isValid ? 'not valid' : step.entry.isLeaf ? 'leaf' : 'table';
    const stage = step.stage === 2 ? 'stage 2 ' : '';
    lines.push(
      `  ${stage}level ${step.level}, entry ${step.index} at pa ${hex(step.at)}: ${hex(step.entry.raw)} (${kind}) ${fields.join(' ')}`.trimEnd(),
    );
  }
  const { result } = walk;
  if (!result.ok) return [...lines, `  fails: ${result.fault.rule} → ${result.fault.causeName}`];
  const rights = [
    result.perms.read ? 'R' : '-',
    result.perms.write ? 'W' : '-',
    result.perms.execute ? 'X' : '-',
    result.perms.user ? 'U' : '-',
  ];
  // Without paging everything maps to itself; a page size and rights would only be noise.
  const page = walk.steps.length === 0 ? '' : `, ${sizeText(result.pageSize)} page, ${rights.join('')}`;
  return [...lines, `  → pa ${hex(result.pa)}${page}`];
}

function sizeText(size: number): string {
  if (size >= 2 ** 30) return `${size / 2 ** 30} GiB`;
  if (size >= 2 ** 20) return `${size / 2 ** 20} MiB`;
  return size >= 1024 ? `${size / 1024} KiB` : `${size} bytes`;
}

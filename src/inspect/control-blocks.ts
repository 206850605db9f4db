/**
 * The structures by which hypervisors describe guests to the processor, AMD's VMCB: fields with their bits, what has changed since the
 * last entry, and what is illegal about them before an entry fails.
 */
import { hex, pa, va } from '../base/address';
import type { FieldSpec } from '../base/fields';
import { t } from '../base/l10n';
import type { ControlBlock, ControlField, ControlReader, ControlRemark } from '../isa/core/control-block';
import { processorText } from '../isa/core/isa';
import type { InspectorNode, InspectorTable } from './contract';
import { fieldRows, fieldSummary } from './fields';
import type { InspectContext, Inspector } from './inspector';
import { instructions } from './trap-words';

/** Why a block is shown. */
interface Interest {
  readonly why: string;
  /** A guest was left by it, and has not been entered again. */
  readonly wasLeft: boolean;
}

/** A block as it is now. */
interface Found extends Interest {
  readonly at: bigint;
  readonly block: ControlBlock;
  readonly read: ControlReader;
  /** As it was at the last entry. */
  readonly before: ControlReader | undefined;
}

const littleEndian = (bytes: Uint8Array, { offset, bytes: length }: ControlField): bigint => {
  let value = 0n;
  for (let n = length - 1; n >= 0; n--) value = (value << 8n) | BigInt(bytes[offset + n] ?? 0);
  return value;
};

/** Reads fields of a block's bytes. */
const readerOf = (block: ControlBlock, bytes: Uint8Array): ControlReader => {
  const byName = new Map(block.fields.map((field) => [field.name, field]));
  return (name) => {
    const field = byName.get(name);
    return field === undefined ? 0n : littleEndian(bytes, field);
  };
};

/** The block that the instruction at the pc is about to enter a guest by. */
function nextEntry({ cpu, machine }: InspectContext, { entry }: ControlBlock): bigint | undefined {
  const { isa } = machine;
  const { result } = cpu.translate(cpu.pc, 'execute');
  const bytes = result.ok ? machine.readPhysical(pa(result.pa), isa.maxLength) : undefined;
  if (bytes === undefined) return undefined;
  const insn = isa.disassemble(bytes, va(cpu.pc), cpu.world.codeMode);
  return insn.mnemonic === entry.mnemonic ? cpu.readRegister(entry.register) : undefined;
}

/** Addresses of blocks with why they are of interest, each once. */
function addresses(context: InspectContext, block: ControlBlock): Map<bigint, Interest> {
  const { machine, past } = context;
  const found = new Map<bigint, Interest>();
  const add = (at: bigint, why: string, wasLeft = true): void => {
    if (!found.has(at)) found.set(at, { why, wasLeft });
  };
  const next = nextEntry(context, block);
  if (next !== undefined) {
    add(next, t`the next instruction enters by it`, past.controlBlocks.entered(next) !== undefined);
  }
  for (const cpu of machine.cpus) {
    const last = cpu.readRegister(block.register);
    if (last === 0n) continue;
    const who = processorText(machine.isa, cpu.hart);
    const { guest } = cpu.world;
    add(last, guest ? t`${who} runs its guest` : t`the last one of ${who}`, !guest);
  }
  for (const at of past.controlBlocks.all) add(at, t`entered by before`);
  return found;
}

function blocks(context: InspectContext): Found[] {
  const block = context.machine.isa.controlBlock;
  if (block === undefined) return [];
  return [...addresses(context, block)].flatMap(([at, interest]) => {
    const bytes = context.machine.readPhysical(pa(at), block.bytes);
    if (bytes === undefined) return [];
    const entered = context.past.controlBlocks.entered(at);
    return [
      {
        ...{ ...interest, at, block, read: readerOf(block, bytes) },
        before: entered && readerOf(block, entered.bytes),
      },
    ];
  });
}

const isChanged = ({ read, before }: Found, { name }: ControlField): boolean =>
  before !== undefined && before(name) !== read(name);

const bitsOf = ({ block, read }: Found, { name, fields }: ControlField): readonly FieldSpec[] =>
  block.fieldsOf(name, read) ?? fields ?? [];

const valueText = (found: Found, field: ControlField): string => {
  const value = found.read(field.name);
  const words = found.block.meaning(field.name, found.read) ?? fieldSummary(bitsOf(found, field), value);
  const text = hex(value, field.bytes * 2);
  return words === '' ? text : `${text} ${words}`;
};

const remarksOf = (context: InspectContext, { block, read }: Found): readonly ControlRemark[] =>
  block.remarks(read, (name) => context.cpu.readRegister(name));

function fieldNode(
  found: Found,
  field: ControlField,
  prefix: string,
  remarks: readonly ControlRemark[],
): InspectorNode {
  const own = remarks.filter(({ fields }) => fields.includes(field.name));
  const changed = isChanged(found, field);
  const was = changed ? t`, was ${hex(found.before?.(field.name) ?? 0n)} at the last entry` : '';
  const bits = bitsOf(found, field);
  return {
    key: `${prefix}/${field.name}`,
    label: field.name,
    description: `${valueText(found, field)}${was}`,
    tooltip: [
      `${field.name}: ${found.block.name} + ${hex(field.offset)}`,
      ...(field.doc === undefined ? [] : [field.doc]),
      ...own.map(({ text, ref }) => `${t(text)} (${ref})`),
    ].join('\n'),
    icon: own.length > 0 ? 'warning' : 'symbol-field',
    hasChildren: bits.length > 0,
    memoryReference: `pa:${hex(found.at + BigInt(field.offset))}`,
    ...(changed && { isChanged: true }),
  };
}

function remarkNodes(found: Found, remarks: readonly ControlRemark[]): InspectorNode[] {
  return remarks.map(({ text, ref, isIllegal }, index) => ({
    key: `${hex(found.at)}/remark${index}`,
    label: t(text),
    description: isIllegal ? t`illegal: the guest cannot be entered` : t`seldom meant`,
    tooltip: `${t(text)}\n${ref}`,
    icon: isIllegal ? 'error' : 'warning',
    hasChildren: false,
  }));
}

const groupsOf = ({ fields }: ControlBlock): string[] => [...new Set(fields.map(({ group }) => group))];

const CHANGED = 'changed';

function groupNodes(context: InspectContext, found: Found): InspectorNode[] {
  const key = hex(found.at);
  const entered = context.past.controlBlocks.entered(found.at);
  const changes = found.block.fields.filter((field) => isChanged(found, field));
  const ago = entered && instructions(context.machine.retired - entered.at);
  return [
    ...remarkNodes(found, remarksOf(context, found)),
    ...(ago === undefined || changes.length === 0
      ? []
      : [
          {
            key: `${key}/${CHANGED}`,
            label: t`Changed since the last entry`,
            description: t`${changes.length} fields, entered ${ago} ago`,
            icon: 'diff',
            hasChildren: true,
            isOpen: true,
          },
        ]),
    ...groupsOf(found.block).map((group) => {
      const fields = found.block.fields.filter((field) => field.group === group);
      const changed = fields.filter((field) => isChanged(found, field)).length;
      return {
        key: `${key}/${encodeURIComponent(group)}`,
        label: t(group),
        description: changed > 0 ? t`${fields.length} fields · ${changed} changed` : t`${fields.length} fields`,
        icon: 'symbol-structure',
        hasChildren: true,
      };
    }),
  ];
}

function blockNode(context: InspectContext, found: Found, isFirst: boolean): InspectorNode {
  const { at, block, why, wasLeft, read } = found;
  const illegal = remarksOf(context, found).filter(({ isIllegal }) => isIllegal).length;
  const parts = [...[why, ...(illegal > 0 ? [t`illegal state`] : [])], ...(wasLeft ? [block.reason(read)] : [])];
  return {
    key: hex(at),
    label: t`${block.name} at ${hex(at)}`,
    description: parts.join(' · '),
    icon: illegal > 0 ? 'error' : 'vm',
    hasChildren: true,
    memoryReference: `pa:${hex(at)}`,
    ...(isFirst && { isOpen: true }),
  };
}

const none = ({ name, entry }: ControlBlock): InspectorNode => {
  const label = t`No ${name} yet: one appears here once ${entry.mnemonic} has entered a guest, or is the next instruction.`;
  return { key: 'none', label, tooltip: label, icon: 'info', hasChildren: false };
};

function children(context: InspectContext, key?: string): InspectorNode[] {
  const all = blocks(context);
  if (key === undefined) {
    const block = context.machine.isa.controlBlock;
    if (all.length === 0) return block === undefined ? [] : [none(block)];
    return all.map((found, index) => blockNode(context, found, index === 0));
  }
  const [at, group, name] = key.split('/');
  const found = all.find((one) => hex(one.at) === at);
  if (found === undefined) return [];
  if (group === undefined) return groupNodes(context, found);
  const { fields } = found.block;
  if (name !== undefined) {
    const field = fields.find((one) => one.name === name);
    return field === undefined ? [] : fieldRows(key, bitsOf(found, field), found.read(name));
  }
  const title = decodeURIComponent(group);
  const remarks = remarksOf(context, found);
  return fields
    .filter((field) => (group === CHANGED ? isChanged(found, field) : field.group === title))
    .map((field) => fieldNode(found, field, `${at}/${group}`, remarks));
}

function table(context: InspectContext, key?: string): InspectorTable {
  const block = context.machine.isa.controlBlock;
  if (block === undefined) {
    return { columns: [], rows: [], summary: t`Processors of this machine are told of guests by registers alone.` };
  }
  const [at] = key?.split('/') ?? [];
  const shown = blocks(context).filter((one) => at === undefined || hex(one.at) === at);
  const rows = shown.flatMap((found) =>
    found.block.fields.map((field) => [
      hex(found.at),
      field.name,
      hex(field.offset),
      t(field.group),
      hex(found.read(field.name), field.bytes * 2),
      found.block.meaning(field.name, found.read) ?? fieldSummary(bitsOf(found, field), found.read(field.name)),
      found.before === undefined ? '' : hex(found.before(field.name), field.bytes * 2),
    ]),
  );
  const problems = shown.flatMap((found) =>
    remarksOf(context, found).map(({ text, ref }) => `${hex(found.at)}: ${t(text)} (${ref}).`),
  );
  const summary = shown.length === 0 ? none(block).label : problems.join(' ');
  return {
    columns: [t`Block`, t`Field`, t`Offset`, t`Group`, t`Value`, t`Meaning`, t`At the last entry`],
    rows,
    summary,
  };
}

export const controlBlocks: Inspector = {
  id: 'controlBlocks',
  title: 'Guest Control Blocks',
  icon: 'settings-gear',
  refreshOn: ['crossing'],
  when: ({ machine }) => machine.isa.controlBlock !== undefined,
  children,
  table,
  watches: (context) => blocks(context).map(({ at, block }) => ({ pa: pa(at), length: block.bytes })),
};

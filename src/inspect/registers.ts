/**
 * Registers of the selected hart: general, floating point, vectors, system; each decoded, with what changed since the last stop.
 * The groups in which something changed are open.
 */

import { hex } from '../base/address';
import { decodeFields } from '../base/fields';
import { t } from '../base/l10n';
import { modeText, processorText } from '../debug/machine-words';
import { registerRow } from '../debug/variables';
import { causeOf } from '../isa/core/isa';
import type { RegisterSpec } from '../isa/core/registers';
import { spaceOf } from './address-spaces';
import type { InspectorNode, InspectorTable } from './contract';
import { fieldRows, fieldSummary } from './fields';
import type { InspectContext, Inspector } from './inspector';
import { symbolText } from './places';
import { counted } from './text';

/** So many neighbours that say the same about themselves become one row. */
const LEAST_FOLDED = 4;

/** Groups of registers; translated where they are shown. */
export const GROUPS = [
  { key: 'general', label: 'General', icon: 'symbol-number' },
  { key: 'float', label: 'Floating point', icon: 'symbol-numeric' },
  { key: 'vector', label: 'Vectors', icon: 'symbol-array' },
  { key: 'system', label: 'System', icon: 'settings' },
] as const;

const titleOf = (spec: RegisterSpec): string => {
  const [alias] = spec.aliases;
  return alias === undefined || spec.group === 'system' ? spec.name : `${alias} (${spec.name})`;
};

/** Where system registers are that no section is known of. */
export const OTHERS = 'Others';

const sectionOf = ({ section }: RegisterSpec): string => section ?? OTHERS;

const ofGroup = (context: InspectContext, group: RegisterSpec['group']): readonly RegisterSpec[] =>
  context.machine.isa.registers.filter((spec) => spec.group === group);

/** How system registers call the units that can be switched off. */
const UNITS: Readonly<Partial<Record<RegisterSpec['group'], RegExp>>> = { float: /floating/i, vector: /vectors/i };

/** Why the registers of a group mean nothing now, when a system register has them switched off. */
function whyOff(context: InspectContext, group: RegisterSpec['group']): string | undefined {
  const unit = UNITS[group];
  if (unit === undefined) return undefined;
  for (const spec of ofGroup(context, 'system')) {
    const fields = (spec.fields ?? []).filter((field) => unit.test(field.doc ?? ''));
    if (fields.length === 0) continue;
    const off = decodeFields(fields, context.cpu.readRegister(spec.name)).find((field) => field.name === 'Off');
    if (off !== undefined) return t`${spec.name}.${off.spec.name} is Off`;
  }
  return undefined;
}

/** The name of a cause register's value, whose meaning depends on its interrupt bit. */
function causeText(context: InspectContext, spec: RegisterSpec, value: bigint): string | undefined {
  const fields = decodeFields(spec.fields ?? [], value);
  const code = fields.find((field) => field.spec.name === 'Code');
  const interrupt = fields.find((field) => field.spec.name === 'Interrupt');
  if (code === undefined || interrupt === undefined) return undefined;
  const isInterrupt = interrupt.value === 1n;
  const cause = causeOf(context.machine.isa, { cause: Number(code.value), isInterrupt });
  return cause && t(cause.name);
}

interface Shown {
  readonly text: string;
  readonly symbol: string | undefined;
  readonly isChanged: boolean;
}

/** Fields of value 0 are worth naming in registers of few fields: `MODE=Bare`. */
const FEW_FIELDS = 3;

function decodedText(context: InspectContext, spec: RegisterSpec, value: bigint): string {
  const cause = causeText(context, spec, value);
  if (cause !== undefined) return value === 0n ? t`${cause}, or nothing yet` : cause;
  const fields = spec.fields ?? [];
  const zeros = decodeFields(fields, value).filter((field) => field.value === 0n && field.name !== undefined);
  const named = fields.length <= FEW_FIELDS ? zeros.map((field) => `${field.spec.name}=${field.name}`) : [];
  return [...named, fieldSummary(fields, value)].filter((text) => text !== '').join(' ');
}

const isChangedSince = (context: InspectContext, spec: RegisterSpec, value: bigint): boolean =>
  context.past.isChanged(`register ${context.cpu.hart} ${spec.name}`, value.toString());

/** How many registers of a group differ from the last stop, without those that always do. */
const changesIn = (context: InspectContext, specs: readonly RegisterSpec[]): number =>
  specs.filter((spec) => spec.isCounter !== true && isChangedSince(context, spec, context.cpu.readRegister(spec.name)))
    .length;

/** A group's row is open where something changed in it. */
const openOn = (changes: number): Pick<InspectorNode, 'isOpen'> => (changes > 0 ? { isOpen: true } : {});
const withChanges = (text: string, changes: number): string => (changes > 0 ? t`${text} · ${changes} changed` : text);

function show(context: InspectContext, spec: RegisterSpec): Shown {
  const value = context.cpu.readRegister(spec.name);
  const isChanged = isChangedSince(context, spec, value);
  const text = spec.group === 'float' ? registerRow(spec, value, true).text : hex(value, spec.bits / 4);
  const decoded = decodedText(context, spec, value);
  const symbol =
    spec.group === 'float' || spec.group === 'vector' ? undefined : symbolText(context, value, spaceOf(context));
  return { text: decoded === '' ? text : `${text} ${decoded}`, symbol, isChanged };
}

function registerNode(context: InspectContext, spec: RegisterSpec): InspectorNode {
  const { text, symbol, isChanged } = show(context, spec);
  const value = context.cpu.readRegister(spec.name);
  const others = spec.aliases.slice(1);
  const tooltip = [
    `${titleOf(spec)}: ${spec.doc}`,
    ...(others.length > 0 ? [t`Also called ${others.join(', ')}.`] : []),
    ...(spec.group === 'general' ? [t`${BigInt.asIntN(spec.bits, value)} signed, ${value} unsigned`] : []),
    ...(isChanged ? [t`Changed since the last stop.`] : []),
  ].join('\n');
  return {
    key: spec.name,
    label: titleOf(spec),
    description: symbol === undefined ? text : `${text} → ${symbol}`,
    tooltip,
    icon: 'symbol-variable',
    hasChildren: (spec.fields?.length ?? 0) > 0,
    ...(isChanged && { isChanged }),
    ...(symbol !== undefined && { memoryReference: hex(value) }),
    ...(spec.isWritable && { editable: `$${spec.name}` }),
  };
}

/** Neighbours that say the same about themselves, together. */
function runs(specs: readonly RegisterSpec[]): RegisterSpec[][] {
  const out: RegisterSpec[][] = [];
  for (const spec of specs) {
    const last = out.at(-1);
    if (last?.[0]?.doc === spec.doc) last.push(spec);
    else out.push([spec]);
  }
  return out;
}

function systemRows(context: InspectContext, section: string): InspectorNode[] {
  const specs = ofGroup(context, 'system').filter((spec) => sectionOf(spec) === section);
  return runs(specs).flatMap((run) => {
    const [first] = run;
    const last = run.at(-1);
    if (run.length < LEAST_FOLDED || first === undefined || last === undefined)
      return run.map((spec) => registerNode(context, spec));
    return [
      {
        key: `run:${first.name}`,
        label: `${first.name} … ${last.name}`,
        description: withChanges(t`${run.length} registers. ${first.doc}`, changesIn(context, run)),
        icon: 'symbol-array',
        hasChildren: true,
        ...openOn(changesIn(context, run)),
      },
    ];
  });
}

function groupNodes(context: InspectContext): InspectorNode[] {
  const hart = t`${processorText(context.machine.isa, context.cpu.hart)}, ${modeText(context.cpu.world.mode)}`;
  return GROUPS.filter(({ key }) => ofGroup(context, key).length > 0).map(({ key, label, icon }) => {
    const off = whyOff(context, key);
    const changes = off === undefined ? changesIn(context, ofGroup(context, key)) : 0;
    return {
      key,
      label: t(label),
      description: off === undefined ? withChanges(hart, changes) : t`switched off: ${off}`,
      ...(off !== undefined && {
        tooltip:
          key === 'float'
            ? t`The floating-point unit is switched off (${off}), so its registers hold nothing of this program.`
            : t`The vector unit is switched off (${off}), so its registers hold nothing of this program.`,
      }),
      icon,
      hasChildren: off === undefined,
      // At the first stop nothing has changed yet, and these are what one wants to see.
      ...(key === 'general' ? { isOpen: true } : openOn(changes)),
    };
  });
}

function children(context: InspectContext, key?: string): InspectorNode[] {
  if (key === undefined) return groupNodes(context);
  if (key === 'general' || key === 'float' || key === 'vector')
    return ofGroup(context, key).map((spec) => registerNode(context, spec));
  if (key === 'system') {
    const sections = [...new Set(ofGroup(context, 'system').map(sectionOf))];
    return sections.map((section) => {
      const specs = ofGroup(context, 'system').filter((spec) => sectionOf(spec) === section);
      const changes = changesIn(context, specs);
      return {
        key: `section:${section}`,
        label: t(section),
        description: withChanges(counted(specs.length, 'register'), changes),
        icon: 'symbol-namespace',
        hasChildren: true,
        ...openOn(changes),
      };
    });
  }
  if (key.startsWith('section:')) return systemRows(context, key.slice('section:'.length));
  if (key.startsWith('run:')) {
    const run = runs(ofGroup(context, 'system')).find(([first]) => `run:${first?.name}` === key);
    return (run ?? []).map((spec) => registerNode(context, spec));
  }
  const spec = context.machine.isa.register(key);
  if (spec?.fields === undefined) return [];
  const value = context.cpu.readRegister(spec.name);
  return fieldRows(key, spec.fields, value, ({ spec: field }) =>
    field.name === 'Code' ? causeText(context, spec, value) : undefined,
  );
}

function table(context: InspectContext, key?: string): InspectorTable {
  const specs = context.machine.isa.registers.filter((spec) => {
    if (key === undefined) return whyOff(context, spec.group) === undefined;
    return key === spec.group || key === `section:${sectionOf(spec)}` || key === spec.name;
  });
  const rows = specs.map((spec) => {
    const { text, symbol, isChanged } = show(context, spec);
    return [titleOf(spec), text, symbol ?? '', isChanged ? t`changed` : '', spec.doc];
  });
  const off = whyOff(context, 'float');
  const vectorsOff = ofGroup(context, 'vector').length > 0 ? whyOff(context, 'vector') : undefined;
  const count = t`${rows.length} registers of ${processorText(context.machine.isa, context.cpu.hart)}, which is in ${modeText(context.cpu.world.mode)}.`;
  const cuts = [
    ...(off === undefined ? [] : [t`The floating-point registers are left out: ${off}.`]),
    ...(vectorsOff === undefined ? [] : [t`The vector registers are left out: ${vectorsOff}.`]),
  ];
  const summary = [count, ...(key === undefined ? cuts : [])].join(' ');
  return { columns: [t`Register`, t`Value`, t`Symbol`, t`Since last stop`, t`What it is`], rows, summary };
}

/** Every register of the hart, decoded. */
export const registers: Inspector = {
  id: 'registers',
  title: 'Registers',
  icon: 'symbol-variable',
  refreshOn: [],
  when: () => true,
  children,
  table,
  note: (context) => {
    for (const spec of context.machine.isa.registers) show(context, spec);
  },
};

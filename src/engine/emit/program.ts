/** The instruction table prepared for emission: graphs, where each field sits in a record, opcode numbers. */

import type { EngineIsa } from '../../isa/core/engine-isa';
import { partsOf } from '../../isa/core/fusion';
import { effectsOf, type Graph, type InsnEffects, nodesOf } from '../../isa/core/graph';
import type { Insn } from '../../isa/core/insn';
import { recordGraph } from '../../isa/core/record-graph';
import { type CodeLayout, layOutCode } from '../code-layout';
import { FAST, MAX_INSTRUCTIONS, RECORD } from '../layout';
import { mapState, type StateMap } from '../state-map';
import { handlerKey } from './handler-key';
import { type RecordSlots, recordSlots } from './record-slots';

export interface PreparedInsn {
  readonly insn: Insn;
  readonly graph: Graph;
  readonly effects: InsnEffects;
  readonly slots: RecordSlots;
  /** Bytes; undefined where the record says it. */
  readonly length: number | undefined;
  /** Opcode of the exact interpreter, from 1. */
  readonly exactOp: number;
  /** The fast interpreter calls a function that does it, see `EngineIsa.apart`. */
  readonly isApart: boolean;
  /** The first instruction that does the same with such a record, where it is another: its handlers serve this one, too. */
  readonly like?: PreparedInsn;
  /** Opcodes of the fast interpreter; undefined where it always hands over. */
  readonly fastOps?: { readonly far: number; readonly forward?: number; readonly backward?: number };
}

export type Reach = 'far' | 'forward' | 'backward';

/** A register operand: its file, and the field that names it. */
export interface Operand {
  readonly file: string;
  readonly field: string;
}

/** One instruction of a {@link FusedRun}. */
export interface FusedPart {
  readonly prepared: PreparedInsn;
  /** Its source operand that names the destination of the part before. */
  readonly forward?: Operand;
}

/** Two instructions or more with one fast opcode. */
export interface FusedRun {
  readonly op: number;
  readonly parts: readonly [FusedPart, ...FusedPart[]];
  /** Of the last, which alone may jump. */
  readonly reach: Reach;
}

export interface Program {
  readonly isa: EngineIsa;
  readonly state: StateMap;
  readonly code: CodeLayout;
  readonly insns: readonly PreparedInsn[];
  /** Quick forms, by the instruction they are of; several may share one. */
  readonly quick: readonly { readonly of: PreparedInsn; readonly form: PreparedInsn }[];
  /** Best first, where a record begins several. Their opcodes follow all others, from `firstFusedOp`. */
  readonly runs: readonly FusedRun[];
  readonly firstFusedOp: number;
  readonly helperNames: readonly string[];
  readonly functionNames: readonly string[];
  readonly guardNames: readonly string[];
}

/** @throws Error naming the instruction that cannot be prepared: a mistake in the instruction set's tables. */
export const prepareProgram = (isa: EngineIsa): Program => {
  if (isa.insns.length > MAX_INSTRUCTIONS)
    throw new Error(
      `${isa.name} has ${isa.insns.length} instructions; the engine's table has room for ${MAX_INSTRUCTIONS}`,
    );
  let nextFast: number = FAST.first;
  const state = mapState(isa.state);
  const code = layOutCode(isa.encoding);
  const fastOpsOf = ({
    insn,
    graph,
    effects,
    isApart,
  }: Pick<PreparedInsn, 'insn' | 'graph' | 'effects' | 'isApart'>): Pick<PreparedInsn, 'fastOps'> => {
    if (insn.isRare || effects.isHelper || graph.effects.some((effect) => effect.k === 'trap' || effect.k === 'call'))
      return {};
    const far = nextFast++;
    if (!effects.hasDirectTarget || isApart) return { fastOps: { far } };
    return { fastOps: { far, forward: nextFast++, backward: nextFast++ } };
  };
  const isApartIn = ({ mnemonic }: Insn, { endsBlock }: PreparedInsn['effects']): boolean =>
    isa.apart?.test(mnemonic) === true && (!endsBlock || isa.apart.jumps === true);
  const firsts = new Map<string, PreparedInsn>();
  const insns = isa.insns.map((insn, index): PreparedInsn => {
    const graph = recordGraph(insn);
    const effects = effectsOf(graph);
    const slots = recordSlots(insn, graphsInRecord(isa, insn, graph), state, code);
    const isApart = isApartIn(insn, effects);
    const base = { insn, graph, effects, slots, length: insn.pattern?.length, exactOp: index + 1, isApart };
    if (effects.hasDirectTarget) checkTarget(insn, graph, code.unit);
    const key = handlerKey(base);
    const like = firsts.get(key);
    if (like) return { ...base, like, ...(like.fastOps && { fastOps: like.fastOps }) };
    const prepared = { ...base, ...fastOpsOf(base) };
    firsts.set(key, prepared);
    return prepared;
  });
  const byName = new Map(insns.map((prepared) => [prepared.insn.mnemonic, prepared]));
  const forms = new Map<Insn, PreparedInsn>();
  const quick = isa.quick.map(({ of, form }) => {
    const general = byName.get(of);
    if (!general) throw new Error(`quick form of unknown ${of}`);
    const known = forms.get(form);
    if (known) return { of: general, form: known };
    if (form.computed) throw new Error(`${form.mnemonic}: a quick form computes no fields`);
    if (isa.encoding.kind === 'program' && general.fastOps) throw new Error(`${of} is quick without another form`);
    const graph = recordGraph(form);
    const slots = isa.encoding.kind === 'program' ? general.slots : recordSlots(form, [graph], state, code);
    const fastOps = { far: nextFast++ };
    const effects = effectsOf(graph);
    // A form may go on where the instruction, which TypeScript does, ends a block.
    const isApart = isApartIn(general.insn, effects);
    const prepared = { ...general, insn: form, graph, effects, slots, exactOp: 0, isApart, fastOps };
    forms.set(form, prepared);
    return { of: general, form: prepared };
  });
  const firstFusedOp = nextFast;
  return {
    isa,
    state,
    code,
    insns,
    quick,
    runs: prepareRuns(isa, byName, state, firstFusedOp),
    firstFusedOp,
    helperNames: Object.keys(isa.helpers),
    functionNames: Object.keys(isa.functions),
    guardNames: Object.keys(isa.guards),
  };
};

/** What an instruction's record serves: itself, and in a program's encoding its quick form, since one decoding fills both. */
export const graphsInRecord = (isa: EngineIsa, insn: Insn, own = recordGraph(insn)): Graph[] => {
  const forms = isa.encoding.kind === 'program' ? isa.quick.filter(({ of }) => of === insn.mnemonic) : [];
  if (forms.length > 1) throw new Error(`${insn.mnemonic} has more than one quick form`);
  return [own, ...forms.map(({ form }) => recordGraph(form))];
};

/**
 * The fast interpreter keeps the distance of a jump within its page in records instead of bytes.
 * @throws Error when the pattern can say a target where no instruction begins, or the row has another use for the distance.
 */
const checkTarget = ({ mnemonic, pattern }: Insn, { effects }: Graph, unit: number): void => {
  const targets = effects.flatMap((effect) => (effect.k === 'jump' || effect.k === 'branch' ? [effect.target] : []));
  for (const target of targets) {
    const name = target.kind.k === 'pcRel' ? target.kind.field : undefined;
    const field = pattern?.fields.get(name ?? '');
    if (field?.pieces.some(({ to }) => 2 ** to < unit)) throw new Error(`${mnemonic}: it may jump into an instruction`);
    const uses = [...nodesOf(effects)].filter(({ kind }) => 'field' in kind && kind.field === name);
    if (uses.length > 1) throw new Error(`${mnemonic}: the distance of its jump is used for something else, too`);
  }
};

/** @throws Error when a row of the ISA's table names what cannot be fused. */
const prepareRuns = (
  { fusions }: EngineIsa,
  byName: ReadonlyMap<string, PreparedInsn>,
  { files }: StateMap,
  firstOp: number,
): FusedRun[] => {
  const runs = fusions.flatMap((fusion): Omit<FusedRun, 'op'>[] => {
    const fail = (why: string): never => {
      throw new Error(`cannot fuse "${fusion}": ${why}`);
    };
    const parts: FusedPart[] = [];
    for (const { mnemonic, forward } of partsOf(fusion)) {
      const prepared = byName.get(mnemonic);
      if (!prepared?.fastOps) return fail(`the fast interpreter does not execute ${mnemonic}`);
      const before = parts.at(-1)?.prepared;
      if (before?.effects.endsBlock || before?.effects.mayEndEarly) fail(`${mnemonic} may not follow at once`);
      if (prepared.isApart) fail(`${mnemonic} is apart`);
      if (forward === undefined) parts.push({ prepared });
      else {
        const { file } = (before && destinationOf(before)) ?? fail(`nothing is forwarded to ${mnemonic}`);
        if (files.get(file)?.bits !== 64) fail(`what is forwarded to ${mnemonic} is no whole register`);
        parts.push({ prepared, forward: { file, field: forward } });
      }
    }
    const [first, ...rest] = parts;
    if (!first || rest.length === 0) return fail('it is alone');
    // The opcode that the first has on its own moves there.
    if ([...first.prepared.slots.values()].some(({ offset }) => offset === RECORD.e)) fail('its first record is full');
    const { hasDirectTarget } = (rest.at(-1) ?? first).prepared.effects;
    // A jump out of the page is seldom, and comes alone then.
    const reaches: readonly Reach[] = hasDirectTarget ? ['forward', 'backward'] : ['far'];
    return reaches.map((reach) => ({ parts: [first, ...rest], reach }));
  });
  const forwards = ({ parts }: Omit<FusedRun, 'op'>): number => parts.filter(({ forward }) => forward).length;
  return runs
    .sort((a, b) => b.parts.length - a.parts.length || forwards(b) - forwards(a))
    .map((run, at) => ({ op: firstOp + at, ...run }));
};

/** The register an instruction writes, when it writes just one and the record names it: its file and field. */
export const destinationOf = ({ graph }: PreparedInsn): Operand | undefined => {
  const writes = graph.effects.flatMap((effect) => (effect.k === 'write' ? [effect] : []));
  const [write] = writes;
  if (writes.length !== 1 || !write || !('field' in write.ref)) return undefined;
  return { file: write.file, field: write.ref.field };
};

/** The opcodes that the parts of a run have on their own. */
export const ownOps = ({ parts, reach }: FusedRun): number[] =>
  parts.map(({ prepared: { fastOps } }, at) => fastOps?.[at < parts.length - 1 ? 'far' : reach] ?? FAST.bail);

/** The number of a guard. @throws Error when the instruction set has none of that name. */
export const guardIndex = ({ isa, guardNames }: Program, name: string): number => {
  const index = guardNames.indexOf(name);
  if (index < 0) throw new Error(`${isa.name} has no guard "${name}"`);
  return index;
};

/**
 * V8's optimising compiler takes a function as a whole: one of hundreds of kilobytes keeps it busy for seconds, and everything else
 * waits. So what lies in functions of its own is divided among several.
 */
const MOST_IN_FUNCTION = 48;

/** Instructions in groups for functions of their own. */
export const groupsOf = <T>(insns: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(insns.length / MOST_IN_FUNCTION) }, (_, group) =>
    insns.slice(group * MOST_IN_FUNCTION, (group + 1) * MOST_IN_FUNCTION),
  );

/** The instructions and quick forms that are apart, by the functions that they are in; those of one function have one length. */
export const apartGroups = ({
  insns,
  quick,
}: Pick<Program, 'insns' | 'quick'>): readonly (readonly PreparedInsn[])[] => {
  const forms = new Set(quick.map(({ form }) => form));
  const apart = [...insns.filter(({ like }) => !like), ...forms].filter(({ isApart, fastOps }) => isApart && fastOps);
  return [...new Set(apart.map(({ length }) => length))].flatMap((length) =>
    groupsOf(apart.filter((prepared) => prepared.length === length)),
  );
};

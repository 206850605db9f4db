/** The tree and the table over a trap log that the VM Exits and Traps views share. */

import { hex } from '../base/address';
import { t } from '../base/l10n';
import { finish, mapWork, type Work } from '../base/work';
import { processorText } from '../isa/core/isa';
import type { BreakOn, InspectorNode, InspectorTable } from './contract';
import type { InspectContext, Inspector } from './inspector';
import { firstPiece, pieceAt, splitPiece } from './long-list';
import { counted, grouped, type Noun } from './text';
import { parseTrapFilter, type TrapTest } from './trap-filter';
import { type Group, groupsOf, largestFirst, latencyText, share } from './trap-groups';
import { decoded, type Path, pathOf } from './trap-keys';
import type { Tally, TrapKind, TrapRecord, TrapRing } from './trap-log';
import { codeText, instructions, latency, type Reason, secondsText, TrapWords } from './trap-words';

/** What ends the handling of a trap; translated where it is shown. */
export const ENDS = ['next VM entry', 'return to a less privileged world'] as const;

/** What differs between the views. */
export interface TrapView {
  readonly id: string;
  readonly title: string;
  readonly icon: string;
  /** `VM exit`. */
  readonly noun: Noun;
  readonly ring: (context: InspectContext) => TrapRing;
  /** All of a kind that this view has ever had. */
  readonly tallyOf: (kind: TrapKind) => Tally;
  /** A record's number in this view. */
  readonly numberOf: (record: TrapRecord) => number;
  readonly end: (typeof ENDS)[number];
  /** Why there is nothing, in a sentence. */
  readonly whyNone: (context: InspectContext) => string;
  /** Rows above the reasons. */
  readonly heading?: (context: InspectContext, words: TrapWords) => InspectorNode[];
  /** The exception filter that stops at traps of a reason. */
  readonly filterOf: (reason: Reason) => string;
}

/** Rows of a table; the newest. */
const MOST_TABLE_ROWS = 100_000;

export class TrapTree {
  private readonly words: TrapWords;

  constructor(
    private readonly context: InspectContext,
    private readonly view: TrapView,
  ) {
    this.words = new TrapWords(context);
  }

  /** Whether traps tell anything beside cause and tval on this machine. */
  private get hasDetails(): boolean {
    return this.context.machine.isa.causeDetail !== undefined;
  }

  children(key = ''): InspectorNode[] {
    const path = pathOf(key);
    const test = this.test(path);
    if (typeof test === 'string') return path.rest === '' ? [this.row(path, 'wrong', test, 'error')] : [];
    if (path.rest === '') return this.top(path, test);
    const { prefix: list, start } = splitPiece(path.rest);
    const [kind = '', argument = '', ...more] = list.split('/');
    const number = kind === 'all' ? argument : (more[0] ?? '');
    if (number !== '') return this.details(path, Number(number));
    const records = this.listed(kind, argument, test);
    const row = (record: TrapRecord) => this.node(path, list, record);
    if (start !== undefined) return pieceAt(records, start, row);
    return firstPiece(records, key, this.view.noun, row);
  }

  *table(key = ''): Work<InspectorTable> {
    const path = pathOf(key);
    const test = this.test(path);
    const columns = [
      t`Number`,
      t`At instruction`,
      t`Guest ns`,
      t`Hart`,
      t`Reason`,
      t`From`,
      t`To`,
      'pc',
      t`Symbol`,
      t`Address`,
    ];
    columns.push(
      t`Guest physical`,
      'tval',
      t`Ran before`,
      t`Latency`,
      t`Returned at`,
      t`Returned to`,
      t`Returned to pc`,
      ...(this.hasDetails ? [t`Details`] : []),
    );
    if (typeof test === 'string') return { columns, rows: [], summary: test };
    const [kind = '', argument = ''] = splitPiece(path.rest).prefix.split('/');
    const records = this.listed(kind === '' ? 'all' : kind, argument, test)
      .slice(0, MOST_TABLE_ROWS)
      .reverse();
    const rows = yield* mapWork(records, (record) => this.cells(record));
    return { columns, rows, summary: this.summary(path, records) };
  }

  private test({ filter }: Path): TrapTest | string {
    return parseTrapFilter(filter, this.words);
  }

  private records(test: TrapTest): TrapRecord[] {
    return this.view.ring(this.context).all().filter(test);
  }

  /** Newest first. */
  private listed(kind: string, argument: string, test: TrapTest): TrapRecord[] {
    const records = kind === 'all' || kind === 'reason' ? this.records(test).reverse() : [];
    if (kind !== 'reason') return records;
    const wanted = decoded(argument);
    return records.filter((record) => this.words.reason(record).text === wanted);
  }

  private row(path: Path, key: string, label: string, icon = 'info'): InspectorNode {
    return { key: `${path.prefix}${key}`, label, tooltip: label, icon, hasChildren: false };
  }

  private top(path: Path, test: TrapTest): InspectorNode[] {
    const ring = this.view.ring(this.context);
    if (ring.total === 0) return [this.row(path, 'none', this.view.whyNone(this.context))];
    const { noun } = this.view;
    const heading: InspectorNode[] = this.view.heading?.(this.context, this.words) ?? [];
    const isFiltered = path.filter !== '';
    const records = isFiltered ? this.records(test) : [];
    const count = isFiltered ? records.length : ring.length;
    if (isFiltered) {
      const text = t`${counted(count, noun)} of ${grouped(ring.length)} match "${path.filter}"`;
      heading.push({ ...this.row(path, 'filter', text, 'filter') });
    }
    if (ring.dropped > 0) {
      const what = isFiltered
        ? t`The filter and the lists do not see them.`
        : t`They are counted, but not in the lists.`;
      const text = t`The first ${counted(ring.dropped, noun)} of ${grouped(ring.total)} are no longer kept: the log holds ${grouped(ring.capacity)}. ${what}`;
      heading.push(this.row(path, 'dropped', text, 'warning'));
    }
    const groups = isFiltered ? groupsOf(records) : this.everything();
    const all: InspectorNode = {
      key: `${path.prefix}all`,
      label: t`All, the latest first`,
      description: counted(count, noun),
      icon: 'history',
      hasChildren: true,
    };
    return [
      ...heading.map((node) => ({
        ...node,
        key: node.key.startsWith(path.prefix) ? node.key : path.prefix + node.key,
      })),
      ...groups.map((group) => this.groupNode(path, group, isFiltered ? count : ring.total)),
      ...(count === 0 ? [] : [all]),
    ];
  }

  /** What there has ever been, kept or not. */
  private everything(): Group[] {
    const groups = this.context.traps.kinds.map((kind) => ({ kind, tally: this.view.tallyOf(kind) }));
    return largestFirst(groups.filter(({ tally }) => tally.count > 0));
  }

  private groupNode(path: Path, group: Group, of: number): InspectorNode {
    const { kind, tally } = group;
    const { count } = tally;
    const reason = this.words.reason({ kind });
    const isChanged = this.isChanged(kind);
    const together = tally.total === 0n ? '' : t`, together ${instructions(tally.total)}`;
    return {
      key: `${path.prefix}reason/${encodeURIComponent(reason.text)}`,
      label: reason.text,
      description: `${grouped(count)} (${share(count, of)}) · ${latencyText(tally)}`,
      tooltip: [
        reason.text,
        t`${counted(count, this.view.noun)} of ${grouped(of)}, ${share(count, of)}.`,
        t`${latencyText(tally)}${together}: from the ${t(this.view.noun)} to the ${t(this.view.end)}.`,
      ].join('\n'),
      icon: 'symbol-event',
      hasChildren: true,
      ...(isChanged && { isChanged }),
      breakOn: [{ label: t`Every ${t(this.view.noun)} with this reason`, ...this.filter(reason) }],
    };
  }

  /** Compares a kind's count with the one at the last stop. */
  private isChanged(kind: TrapKind): boolean {
    const { id, tallyOf } = this.view;
    return this.context.past.isChanged(`${id} ${this.words.reason({ kind }).text}`, tallyOf(kind).count.toString());
  }

  /** Notes the counts of this stop. */
  note(): void {
    for (const { kind } of this.everything()) this.isChanged(kind);
  }

  private filter(reason: Reason): Pick<BreakOn, 'filter' | 'condition'> {
    return { filter: this.view.filterOf(reason), condition: reason.condition };
  }

  private breakOn(record: TrapRecord): BreakOn[] {
    const reason = this.words.reason(record);
    const { filter, condition } = this.filter(reason);
    const place = codeText(this.words.code(record));
    const at = this.words.address(record);
    return [
      { label: t`The same reason`, filter, condition },
      { label: t`The same reason, at ${place}`, filter, condition: `${condition} && epc == ${hex(record.epc)}` },
      ...(at === undefined
        ? []
        : [
            {
              label: t`The same reason, ${at.name} ${hex(at.value)}`,
              filter,
              condition: `${condition} && ${at.condition} == ${hex(at.value)}`,
            },
          ]),
    ];
  }

  private node(path: Path, list: string, record: TrapRecord): InspectorNode {
    const code = this.words.code(record);
    const reason = this.words.reason(record);
    const at = this.words.address(record);
    const took = latency(record);
    const detail = this.words.detail(record);
    const parts = [
      codeText(code),
      ...(detail === undefined ? [] : [detail]),
      ...(at === undefined ? [] : [`${at.name} ${hex(at.value)}`]),
      took === undefined ? this.openText(record) : instructions(took),
    ];
    const isInReason = list.startsWith('reason/');
    return {
      key: `${path.prefix}${list}/${this.view.numberOf(record)}`,
      label: isInReason
        ? `#${grouped(this.view.numberOf(record))}`
        : `#${grouped(this.view.numberOf(record))} ${reason.text}`,
      description: parts.join(' · '),
      tooltip: this.facts(record)
        .map(({ name, text }) => `${name}: ${text}`)
        .join('\n'),
      icon: 'symbol-event',
      hasChildren: true,
      ...(code.source !== undefined && { source: code.source }),
      breakOn: this.breakOn(record),
    };
  }

  /** Why a record has no latency. */
  private openText(record: TrapRecord): string {
    if (record.from.rank === record.to.rank) return t`stays in ${record.to.mode}, its return is not seen`;
    return t`no ${t(this.view.end)} yet`;
  }

  /** Everything that is known of a record. */
  private facts(
    record: TrapRecord,
  ): { name: string; text: string; memory?: string; source?: InspectorNode['source'] }[] {
    const { hart, at, now, from, to, epc, tval, guestPhysical, kind, ran, returned } = record;
    const code = this.words.code(record);
    const detail = this.words.detail(record);
    const took = latency(record);
    const { registers } = this.context.machine.isa.calls;
    const numbers = kind.call.map((value, index) => `${registers[index] ?? ''} = ${hex(value)}`);
    return [
      { name: t`reason`, text: this.words.reason(record).text },
      ...(detail === undefined ? [] : [{ name: t`details`, text: detail }]),
      {
        name: t`taken`,
        text: t`after ${instructions(at)}, at ${secondsText(now)}, by ${processorText(this.context.machine.isa, hart)}`,
      },
      { name: t`worlds`, text: `${from.mode} → ${to.mode}` },
      { name: 'pc', text: code.symbol === undefined ? hex(epc) : `${hex(epc)} ${code.symbol}`, source: code.source },
      ...(guestPhysical === undefined ? [] : [{ name: t`guest physical`, text: hex(guestPhysical) }]),
      { name: 'tval', text: hex(tval) },
      ...this.syndromeFacts(record),
      ...(numbers.length === 0 ? [] : [{ name: t`call`, text: numbers.join(', ') }]),
      ...(ran === undefined ? [] : [{ name: t`ran before`, text: t`${instructions(ran)} in ${from.mode}` }]),
      {
        name: t`latency`,
        text: took === undefined ? this.openText(record) : t`${instructions(took)} to the ${t(this.view.end)}`,
      },
      ...(returned === undefined ? [] : [this.returnFact(record, returned)]),
    ];
  }

  private syndromeFacts({ syndrome, to }: TrapRecord): { name: string; text: string }[] {
    const words = this.context.machine.isa.syndrome;
    if (syndrome === undefined || words === undefined) return [];
    return [{ name: words.register(to), text: `${hex(syndrome)}: ${words.words(syndrome)}` }];
  }

  private returnFact({ hart }: TrapRecord, returned: NonNullable<TrapRecord['returned']>) {
    const code = this.words.place(returned.pc, returned.to, hart);
    const where = code.symbol === undefined ? hex(returned.pc) : `${hex(returned.pc)} ${code.symbol}`;
    return {
      name: t(this.view.end),
      text: t`after ${instructions(returned.at)}, at ${secondsText(returned.now)}, to ${where} in ${returned.to.mode}`,
      source: code.source,
    };
  }

  private details(path: Path, number: number): InspectorNode[] {
    const record = this.view
      .ring(this.context)
      .all()
      .find((one) => this.view.numberOf(one) === number);
    if (record === undefined) return [];
    const base = `${path.prefix}${path.rest}`;
    return this.facts(record).map(({ name, text, source }) => ({
      key: `${base}/${name}`,
      label: name,
      description: text,
      icon: 'symbol-field',
      hasChildren: false,
      ...(source !== undefined && { source }),
    }));
  }

  private cells(record: TrapRecord): string[] {
    const { hart, at, now, from, to, epc, tval, guestPhysical, ran, returned } = record;
    return [
      this.view.numberOf(record).toString(),
      at.toString(),
      now.toString(),
      hart.toString(),
      this.words.reason(record).text,
      from.mode,
      to.mode,
      hex(epc),
      this.words.code(record).symbol ?? '',
      hexOrNone(this.words.address(record)?.value),
      hexOrNone(guestPhysical),
      hex(tval),
      ran?.toString() ?? '',
      latency(record)?.toString() ?? '',
      returned?.at.toString() ?? '',
      returned?.to.mode ?? '',
      hexOrNone(returned?.pc),
      ...(this.hasDetails ? [this.words.detail(record) ?? ''] : []),
    ];
  }

  private summary(path: Path, records: readonly TrapRecord[]): string {
    const { noun, end } = this.view;
    const ring = this.view.ring(this.context);
    if (ring.total === 0) return this.view.whyNone(this.context);
    const filter = path.filter === '' ? '' : t` that match "${path.filter}"`;
    const lost = ring.dropped === 0 ? '' : t` The first ${grouped(ring.dropped)} are no longer kept.`;
    const groups = groupsOf(records).map(
      ({ kind, tally }) => `${this.words.reason({ kind }).text}: ${grouped(tally.count)} (${latencyText(tally)})`,
    );
    return t`${counted(records.length, noun)}${filter} of ${grouped(ring.total)}; latency is counted in instructions to the ${t(end)}.${lost} ${groups.join('; ')}.`;
  }
}

const hexOrNone = (value: bigint | undefined): string => (value === undefined ? '' : hex(value));

/** The inspector over one of the log's rings. */
export const trapInspector = (view: TrapView): Inspector => ({
  id: view.id,
  title: view.title,
  icon: view.icon,
  refreshOn: ['crossing', 'refill'],
  isFiltered: true,
  filterHint: 'Words of reason or symbol, pc=FROM-TO, addr=FROM-TO, hart=N, from=MODE, latency>N',
  when: () => true,
  children: (context, key) => new TrapTree(context, view).children(key),
  table: (context, key) => finish(new TrapTree(context, view).table(key)),
  tableWork: (context, key) => new TrapTree(context, view).table(key),
  note: (context) => new TrapTree(context, view).note(),
});

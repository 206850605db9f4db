/** In which base a session shows integers: as chosen for all, and for single rows. */
import { chosenRadix, type VariableRow } from '../debug/variables';
import type { Args } from './arguments';
import type { LaunchArguments } from './launch-schema';

/** `decimal` leaves addresses and bit patterns in hexadecimal, where it is meant for all numbers. */
export type NumberFormat = NonNullable<LaunchArguments['numbers']>;

const RADIX = { decimal: 10, hexadecimal: 16 } as const;

/** The bases of one session; they survive restarts. */
export class NumberFormats {
  private readonly rows = new Map<string, 10 | 16>();
  private chosen: NumberFormat | undefined;

  /** @param launch what launch.json or a setting says */
  constructor(private readonly launch: () => NumberFormat | undefined) {}

  /** For all numbers. */
  get all(): NumberFormat {
    return this.chosen ?? this.launch() ?? 'decimal';
  }

  /** Chooses for the row of an expression and its parts, or for all. What was chosen for single rows stays. */
  choose(format: NumberFormat, expression?: string): void {
    if (expression === undefined) this.chosen = format;
    else this.rows.set(expression, RADIX[format]);
  }

  /** What was chosen for a row. */
  ofRow(expression: string | undefined): 10 | 16 | undefined {
    return expression === undefined ? undefined : this.rows.get(expression);
  }

  /** What the request's own format says, else the session's. */
  ofRequest(args: Args): 16 | undefined {
    const asked = args.optionalObject('format');
    const isHex = asked?.has('hex') === true ? asked.boolean('hex') : this.all === 'hexadecimal';
    return isHex ? 16 : undefined;
  }
}

/** How a row's number is shown; of a row with parts, how theirs are to be. `undefined` where there is none. */
export function formatShown(row: VariableRow): NumberFormat | undefined {
  if (row.container !== undefined && row.operand?.kind === 'value')
    return chosenRadix(row) === 16 ? 'hexadecimal' : 'decimal';
  if (/^-?\d+(?: '.*')?$/su.test(row.text)) return 'decimal';
  return /^(?:\w+\()?0x[0-9a-f]+\b/.test(row.text) ? 'hexadecimal' : undefined;
}

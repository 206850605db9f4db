/** Inspectors turn a stopped (or running) machine into plain trees. The views in every shell are generated from them. */
import type { TraceEvent } from '../machine/contract';

/** One row. `key` is stable across refreshes, so that a view keeps its expansion; children are fetched by key. */
export interface InspectorNode {
  readonly key: string;
  readonly label: string;
  /** Dimmed text behind the label: the value. */
  readonly description?: string;
  /** Plain text, several lines allowed: decoded bits, manual references. */
  readonly tooltip?: string;
  /** A codicon name, e.g. `symbol-array`. */
  readonly icon?: string;
  readonly hasChildren: boolean;
  /** Holds what one looks for first: views show it open, until the user closes it. */
  readonly isOpen?: boolean;
  /** Differs from the previous stop. */
  readonly isChanged?: boolean;
  /** What a click may do: DAP memory reference (`pa:0x…`, `va:0x…`), or source position. */
  readonly memoryReference?: string;
  readonly source?: { readonly path: string; readonly line: number };
  /** Register or expression that `setExpression` accepts, when the row can be edited. */
  readonly editable?: string;
  /** Exception filters that stop at what is like this row; the user picks one. */
  readonly breakOn?: readonly BreakOn[];
}

/** An exception filter with a condition. */
export interface BreakOn {
  readonly label: string;
  readonly filter: string;
  readonly condition: string;
}

/** A table for a picture or for reading aloud: the tree's twin. */
export interface InspectorTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** One paragraph that says what the picture shows. */
  readonly summary: string;
}

export interface InspectorInfo {
  readonly id: string;
  readonly title: string;
  /** A codicon name; stands for the view where it is closed. */
  readonly icon: string;
  readonly refreshOn: readonly TraceEvent['kind'][];
  /** Rows can be chosen by a text: the key `find:` with the text, encoded as in a URI, gives only those. */
  readonly isFiltered?: boolean;
  /** What such a text may be. */
  readonly filterHint?: string;
}

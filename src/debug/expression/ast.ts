/** Expressions as the Debug Console, watches, hovers and conditions write them: Rust-like with C casts. */

/** A type as written: `*const Task`, `u64*`, `[u8; 4]`. `pointers` counts the stars. */
export interface TypeName {
  readonly name: string;
  readonly pointers: number;
  readonly count: number | undefined;
  /** Stars before an array: `(int(*)[5])`, `*const [i32; 5]`. */
  readonly over?: number;
}

export type UnaryOperator = '-' | '!' | '~' | '*' | '&';
export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '=='
  | '!='
  | '&'
  | '^'
  | '|'
  | '&&'
  | '||';

export type Expression =
  | { readonly kind: 'integer'; readonly value: bigint; readonly suffix: string | undefined; readonly isDecimal?: true }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  /** A local, a static, a function or, when nothing else bears the name, a register. */
  | { readonly kind: 'name'; readonly path: string }
  /** `$a0`: surely a register. */
  | { readonly kind: 'register'; readonly name: string }
  /** `pa:0x80200000`, `va:0x1000`: a word of memory. */
  | { readonly kind: 'memory'; readonly space: 'pa' | 'va'; readonly address: Expression }
  | { readonly kind: 'member'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  /** `x@n`: elements from `x` on; `isPointed`: `p,n`, elements that `p` leads to. */
  | { readonly kind: 'span'; readonly first: Expression; readonly count: Expression; readonly isPointed: boolean }
  /** `offsetof(struct node, link.next)`. */
  | { readonly kind: 'offset'; readonly type: TypeName; readonly members: readonly string[] }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: TypeName }
  /** `sizeof(x)`: what is in the parentheses as an expression and as a type, where it can be read so. One of them is there. */
  | { readonly kind: 'sizeof'; readonly operand: Expression | undefined; readonly type: TypeName | undefined }
  | { readonly kind: 'assign'; readonly target: Expression; readonly value: Expression };

/** How a result shall be shown: `,x` hexadecimal, `,d` decimal, `,b` binary, `,o` octal, `,c` character, `,r` raw fields. */
export type FormatLetter = 'x' | 'd' | 'b' | 'o' | 'c' | 'r';

/** A whole input line. */
export interface ParsedExpression {
  readonly expression: Expression;
  readonly format: FormatLetter | undefined;
}

/** The text is not an expression, or cannot be evaluated. The message is for the user; `at` counts characters from 0. */
export class ExpressionError extends Error {
  constructor(
    message: string,
    readonly at: number | undefined = undefined,
  ) {
    super(message);
    this.name = 'ExpressionError';
  }
}

/** What the bits of a program's flags types are called: by the sources that declare them, else by the program's own tables. */
import type { Isa } from '../isa/core/isa';
import type { FlagName, Program, StructType } from '../symbols/types';
import type { FlagDeclaration } from './flag-declarations';
import { flagTable } from './flag-tables';

/** A declaration and the source that has it. */
interface Declared extends FlagDeclaration {
  readonly path: string;
}

/** The names for one program. */
export class FlagNames {
  private readonly declared: Declared[] = [];
  private readonly known = new Map<string, readonly FlagName[] | undefined>();

  constructor(
    private readonly program: Program,
    private readonly isa: Isa,
  ) {}

  /** Adds what a source of the program declares. */
  declare(path: string, declarations: readonly FlagDeclaration[]): void {
    this.declared.push(...declarations.map((one) => ({ ...one, path })));
    this.known.clear();
  }

  /** The flags of a type, in the order of the source. */
  of(type: StructType): readonly FlagName[] | undefined {
    if (!this.known.has(type.name))
      this.known.set(type.name, this.declaredFlags(type) ?? flagTable(this.program, type, this.isa));
    return this.known.get(type.name);
  }

  /** The declaration whose source lies where the type's module does; none where several do equally. */
  private declaredFlags({ name }: StructType): readonly FlagName[] | undefined {
    const path = name.split('::');
    const own = path.pop();
    const fits = this.declared
      .filter(({ type, flags }) => type === own && flags.length > 0)
      .map((one) => ({ ...one, shared: path.filter((part) => isPartOf(one.path, part)).length }));
    const best = Math.max(...fits.map(({ shared }) => shared));
    const [first, ...others] = fits.filter(({ shared }) => shared === best);
    return others.length > 0 ? undefined : first?.flags;
  }
}

/** Whether a module or crate may be one of the folders, or the file, of a path; a crate's folder ends in its version. */
const isPartOf = (path: string, module: string): boolean =>
  path
    .split(/[\\/]/)
    .map((part) => part.replace(/\.rs$|-\d+\.\d.*$/, '').replaceAll('-', '_'))
    .includes(module);

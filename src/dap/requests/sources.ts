/** Sources and modules. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import type { Image, Placement } from '../../debug/images';
import type { SourceFile } from '../../debug/sources';
import { isCratePath, isLibraryPath, normalizePath } from '../../debug/sources';
import type { DebugTarget } from '../../debug/target';
import { noSource } from '../errors';
import type { Handler } from '../server';
import type { Session } from '../session';
import { isFile } from '../source-search';
import { fileOf } from '../wishes';

/** References of sources that clients cannot open by path; the same path keeps its number. */
const references = new WeakMap<Session, Map<string, number>>();

/** Before the path of a source of which clients shall have a second copy. */
const COPY = '\0';

function referenceOf(session: Session, path: string): number {
  const known = references.get(session) ?? new Map<string, number>();
  references.set(session, known);
  const number = known.get(path) ?? known.size + 1;
  known.set(path, number);
  return number;
}

/**
 * A source as the protocol shows it. Sources of libraries and crates that nobody mapped are fetched through this session,
 * which says how to get them.
 */
export function sourceOf(session: Session, target: DebugTarget, source: SourceFile): DebugProtocol.Source {
  const { md5 } = source;
  const checksums = md5 === undefined ? {} : { checksums: [{ algorithm: 'MD5' as const, checksum: md5 }] };
  return { ...placeOf(session, target, source), ...checksums };
}

function placeOf(session: Session, target: DebugTarget, source: SourceFile): DebugProtocol.Source {
  const place = target.sources.clientPath(source);
  const path = session.paths.spell(place);
  const name = place.split('/').pop() ?? place;
  const isLibrary = isLibraryPath(source.path);
  // Bundled kernels keep their sources inside Worldstep unless the shell says where a copy is.
  if (place.startsWith('asset:')) return { name, path, sourceReference: referenceOf(session, place) };
  if (isLibrary && !target.sources.isMapped(source)) {
    return {
      name,
      path,
      sourceReference: referenceOf(session, place),
      presentationHint: 'deemphasize',
      origin: t`Rust library`,
    };
  }
  if (isCratePath(place)) return { name, path, sourceReference: referenceOf(session, place) };
  return { name, path, ...(isLibrary ? { presentationHint: 'deemphasize' as const, origin: t`Rust library` } : {}) };
}

/** The source of a breakpoint, under the name of the file that the client has set it in. */
export function breakpointSource(
  session: Session,
  target: DebugTarget,
  source: SourceFile,
  breakpoint: number,
): DebugProtocol.Source {
  const found = sourceOf(session, target, source);
  const file = fileOf(session.wishes, breakpoint);
  if (file === undefined || file === '') return found;
  const path = session.paths.spell(file);
  if (normalizePath(found.path ?? '') === file) return { ...found, path };
  // Built elsewhere: the client has its own copy.
  const { sourceReference: _, ...plain } = found;
  return { ...plain, path };
}

/**
 * The source of a frame that is dimmed. VS Code shows what was raised at the first frame whose source is not dimmed, and
 * selects the first frame that is not dimmed itself: both must be one. It keeps one hint for each source; so a panic handler
 * in the file that panics (`isShared`) gets a copy of its own, which this session gives out.
 */
export function dimmedSource(
  session: Session,
  target: DebugTarget,
  source: SourceFile,
  isShared: boolean,
): DebugProtocol.Source {
  const plain = sourceOf(session, target, source);
  const place = target.sources.clientPath(source);
  const copy = isShared ? { sourceReference: referenceOf(session, `${COPY}${place}`) } : {};
  return { ...plain, ...copy, presentationHint: 'deemphasize' };
}

/**
 * Sources for rows that a client shows with their text. VS Code's Disassembly view leaves the text of another row in place
 * when it cannot open the source of one. So these are only sources that can be read, as the file systems are during one request.
 */
export class ReadableSources {
  private readonly known = new Map<SourceFile, Promise<DebugProtocol.Source | undefined>>();

  constructor(
    private readonly session: Session,
    private readonly target: DebugTarget,
  ) {}

  /** The source as the protocol shows it, if its text can be had. */
  of(source: SourceFile): Promise<DebugProtocol.Source | undefined> {
    const known = this.known.get(source) ?? this.look(source);
    this.known.set(source, known);
    return known;
  }

  private async look(file: SourceFile): Promise<DebugProtocol.Source | undefined> {
    const source = sourceOf(this.session, this.target, file);
    const { path: _, ...unnamed } = source;
    if (!(await isFile(this.session.services.host, this.target.sources.clientPath(file)))) return undefined;
    // That view takes a path before the text that this session gives, and no client can open one of Worldstep's own.
    return source.sourceReference === undefined ? source : unnamed;
  }
}

/** An image as the protocol shows it. */
function moduleOf(image: Image): DebugProtocol.Module {
  const range = (at: bigint, { size }: Placement) => `${hex(at)}–${hex(at + size)}`;
  const ranges = image.placements.map((place) => range(place.va, place));
  const physical = image.placements.flatMap((place) => [
    ...(place.pa === undefined ? [] : [range(place.pa, place)]),
    ...(place.ipa === undefined ? [] : [t`guest ${range(place.ipa, place)}`]),
  ]);
  const { program } = image;
  const status = program.hasDebugInfo ? t`DWARF loaded` : program.hasLines ? t`Line tables only` : t`Symbol table only`;
  return {
    id: image.id,
    name: image.name,
    path: image.path,
    symbolStatus: [status, ...program.problems].join('. '),
    symbolFilePath: image.path,
    addressRange: ranges.join(', '),
    isa: program.elf.machine,
    physicalRange: physical.join(', '),
    worlds: image.worlds?.join(', ') ?? 'any',
  } as DebugProtocol.Module;
}

/** Tells the client where an image has been found. */
export const announceModule = (session: Session, image: Image): void =>
  session.server.event('module', { reason: 'changed', module: moduleOf(image) });

export function sourceRequests(session: Session): Record<string, Handler> {
  return {
    loadedSources: () => {
      const target = session.need('loadedSources');
      const found = new Map<string, DebugProtocol.Source>();
      for (const { image, source } of target.sources.all()) {
        const path = target.sources.clientPath(source);
        if (!found.has(path)) found.set(path, { ...sourceOf(session, target, source), origin: image.name });
      }
      return { sources: [...found.values()] };
    },
    source: async (args) => {
      const path =
        args.optionalObject('source')?.optionalString('path') ??
        [...(references.get(session) ?? [])]
          .find(([, number]) => number === args.integer('sourceReference'))?.[0]
          .replace(COPY, '');
      if (path === undefined) throw noSource(t`source ${args.integer('sourceReference')}`);
      const content = (await session.services.source?.(path)) ?? (await readText(session, path));
      if (content === undefined) throw noSource(path);
      return { content, mimeType: path.endsWith('.rs') ? 'text/x-rust' : 'text/plain' };
    },
    modules: (args) => {
      const target = session.need('modules');
      const start = args.count('startModule', 0);
      const count = args.count('moduleCount', 0) || target.images.all.length;
      const modules = target.images.all.slice(start, start + count).map(moduleOf);
      return { modules, totalModules: target.images.all.length };
    },
  };
}

async function readText(session: Session, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await session.services.host.readFile(path));
  } catch {
    // Not there: the caller says what to do.
    return undefined;
  }
}

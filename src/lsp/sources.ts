/** The sources that are open, those that they include, and what all of them define. */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Host } from '../base/host';
import type { AssemblyLanguage } from '../isa/core/assembly/language';
import { type AssemblyFile, type Definition, readAssembly } from './assembly-file';
import { LineReader } from './assembly-line';
import type { Scope } from './diagnostics';
import { type AssemblyLanguages, chooseLanguage } from './language-choice';

/** A definition and the file it is in. */
export interface FoundDefinition {
  readonly uri: string;
  readonly file: AssemblyFile;
  readonly definition: Definition;
}

interface Known {
  readonly version: number;
  readonly file: AssemblyFile;
}

/** Includes are followed so deep, and so many. */
const MOST_FILES = 200;

export class Sources {
  readonly #open = new Map<string, Known>();
  /** Files that are not open, by URI and the instruction set they are read for. */
  readonly #read = new Map<string, Promise<AssemblyFile | undefined>>();
  readonly #readers = new Map<AssemblyLanguage, LineReader>();
  /** What the settings say; see {@link configure}. */
  #setting: string | undefined;
  #folders: readonly string[] = [];
  #workspace: Promise<readonly string[]> | undefined;

  constructor(
    private readonly host: Host,
    private readonly languages: AssemblyLanguages,
    private readonly document: (uri: string) => TextDocument | undefined,
  ) {}

  /** The instruction set that a setting names. */
  configure(setting: string | undefined): void {
    this.#setting = setting;
    this.#open.clear();
  }

  /** An open document as it is now; `undefined` for one that is not open. */
  open(uri: string): AssemblyFile | undefined {
    const document = this.document(uri);
    if (!document) return undefined;
    const known = this.#open.get(uri);
    if (known?.version === document.version) return known.file;
    const text = document.getText();
    const { languageId } = document;
    const language = known?.file.language ?? this.#languageOf(text, uri, languageId);
    const file = readAssembly(text, language, this.#reader(language));
    this.#open.set(uri, { version: document.version, file });
    return file;
  }

  close(uri: string): void {
    this.#open.delete(uri);
  }

  /** Forgets what was read of a file that changed. */
  forget(uri: string): void {
    for (const key of this.#read.keys()) if (key === uri || key.startsWith(`${uri}\n`)) this.#read.delete(key);
  }

  /** The file and those it includes, itself first. `isComplete`: all of them were found. */
  async closure(
    uri: string,
  ): Promise<{ readonly files: ReadonlyMap<string, AssemblyFile>; readonly isComplete: boolean }> {
    const files = new Map<string, AssemblyFile>();
    const first = this.open(uri);
    let isComplete = true;
    const pending: { uri: string; file: AssemblyFile }[] = first ? [{ uri, file: first }] : [];
    for (let next = pending.shift(); next && files.size < MOST_FILES; next = pending.shift()) {
      if (files.has(next.uri)) continue;
      files.set(next.uri, next.file);
      for (const { path } of next.file.includes) {
        const target = resolveFrom(next.uri, path);
        const file = this.open(target) ?? (await this.#file(target, next.file.language));
        if (file) pending.push({ uri: target, file });
        else isComplete = false;
      }
    }
    return { files, isComplete };
  }

  /** Folders whose sources are looked at for names that are used in several. */
  useFolders(folders: readonly string[]): void {
    this.#folders = folders;
    this.#workspace = undefined;
  }

  /**
   * Every source that is open, was included, or lies in the folders, and is of the instruction set: labels of one are no labels
   * of another.
   */
  async all(language?: AssemblyLanguage): Promise<ReadonlyMap<string, AssemblyFile>> {
    this.#workspace ??= findSources(this.host, this.#folders);
    const files = new Map<string, AssemblyFile>();
    for (const uri of await this.#workspace) {
      const file = this.open(uri) ?? (await this.#alone(uri));
      if (file && (!language || file.language === language)) files.set(uri, file);
    }
    for (const uri of this.#open.keys()) {
      const file = this.open(uri);
      if (file && (!language || file.language === language)) files.set(uri, file);
    }
    return files;
  }

  /** A file of the folders, in the language that it seems to be in. */
  #alone(uri: string): Promise<AssemblyFile | undefined> {
    const known =
      this.#read.get(uri) ??
      this.host.readFile(uri).then(
        (bytes) => {
          const text = new TextDecoder().decode(bytes);
          const language = this.#languageOf(text, uri, '');
          return readAssembly(text, language, this.#reader(language));
        },
        () => undefined,
      );
    this.#read.set(uri, known);
    return known;
  }

  #languageOf(text: string, uri: string, languageId: string): AssemblyLanguage {
    return chooseLanguage(text, { uri, languageId, setting: this.#setting, kernel: undefined }, this.languages);
  }

  /** Everything that is defined in a file and those it includes. */
  async definitions(uri: string): Promise<Definition[]> {
    const { files } = await this.closure(uri);
    return [...files.values()].flatMap(({ definitions }) => [...definitions.values()].flat());
  }

  /** What a name of a file means. A numeric label (`1f`) is the next or the last one from `line`. */
  async definition(uri: string, name: string, line: number): Promise<FoundDefinition | undefined> {
    const own = this.open(uri);
    const local = own && localLabel(own, name, line);
    if (own && local) return { uri, file: own, definition: local };
    const { files } = await this.closure(uri);
    for (const [where, file] of files) {
      const [definition] = file.definitions.get(name) ?? [];
      if (definition) return { uri: where, file, definition };
    }
    return undefined;
  }

  async scope(uri: string): Promise<Scope> {
    const { files, isComplete } = await this.closure(uri);
    return {
      isComplete,
      definition: (name) => {
        for (const { definitions } of files.values()) {
          const [definition] = definitions.get(name) ?? [];
          if (definition) return definition;
        }
        return undefined;
      },
    };
  }

  #reader(language: AssemblyLanguage): LineReader {
    const known = this.#readers.get(language) ?? new LineReader(language.syntax);
    this.#readers.set(language, known);
    return known;
  }

  #file(uri: string, language: AssemblyLanguage): Promise<AssemblyFile | undefined> {
    const key = `${uri}\n${language.name}`;
    const known =
      this.#read.get(key) ??
      this.host.readFile(uri).then(
        (bytes) => readAssembly(new TextDecoder().decode(bytes), language, this.#reader(language)),
        () => undefined,
      );
    this.#read.set(key, known);
    return known;
  }
}

/** A path of an include, from the file that has it. */
export const resolveFrom = (uri: string, path: string): string => {
  try {
    return new URL(path.split('/').map(encodeURIComponent).join('/'), uri).toString();
  } catch {
    return path;
  }
};

/** Folders without sources of users. */
const SKIPPED = /^(\.|node_modules$|target$|build$|dist$|out$)/;
const MOST_FOLDERS = 2000;
const MOST_SOURCES = 2000;
const SOURCE = /\.(s|S|asm)$/;

/** Sources in assembly below some folders. */
const findSources = async (host: Host, folders: readonly string[]): Promise<readonly string[]> => {
  const found: string[] = [];
  const pending = folders.map((folder) => folder.replace(/\/$/, ''));
  for (let count = 0; pending.length > 0 && count < MOST_FOLDERS && found.length < MOST_SOURCES; count++) {
    const folder = pending.shift() ?? '';
    for (const { name, isFolder } of await host.list(folder).catch(() => [])) {
      const uri = `${folder}/${encodeURIComponent(name)}`;
      if (isFolder && !SKIPPED.test(name)) pending.push(uri);
      else if (!isFolder && SOURCE.test(name)) found.push(uri);
    }
  }
  return found.sort();
};

/** The definition of `1f` or `1b`. */
const localLabel = ({ lines }: AssemblyFile, name: string, from: number): Definition | undefined => {
  const [, number, direction] = /^(\d+)([fb])$/.exec(name) ?? [];
  if (number === undefined) return undefined;
  const step = direction === 'f' ? 1 : -1;
  // A label of the line itself is behind what jumps.
  for (let line = direction === 'f' ? from + 1 : from; line >= 0 && line < lines.length; line += step) {
    const label = lines[line]?.labels.find(({ text }) => text === number);
    if (label) return { name: number, kind: 'label', line, start: label.start, end: label.end, text: '' };
  }
  return undefined;
};

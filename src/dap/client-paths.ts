/** Paths as a client writes them: answers say of a file what the client calls it. */
import { normalizePath } from '../debug/sources';

/** An absolute path of either kind of system; what has a scheme is a URI already. */
const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/])/;

/** The spellings of one client. */
export class ClientPaths {
  /** The client wants URIs. */
  isUri = false;
  private readonly spellings = new Map<string, string>();

  /** A client has named a file. */
  note(path: string): void {
    if (path !== '') this.spellings.set(normalizePath(path), path);
  }

  /** What the client calls the file at `path`. */
  spell(path: string): string {
    return this.spellings.get(normalizePath(path)) ?? this.formatted(path);
  }

  private formatted(path: string): string {
    if (!this.isUri || !ABSOLUTE.test(path)) return path;
    const plain = path.replaceAll('\\', '/');
    const encoded = plain.split('/').map((part) => encodeURIComponent(part));
    return `file://${plain.startsWith('/') ? '' : '/'}${encoded.join('/')}`;
  }
}

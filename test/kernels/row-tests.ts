import type { GuidedSession } from './guided-session';

/** What is seen at the rows of a guide: `kind: code` → a look around, begun at the row's line. */
export type RowTests = Readonly<Record<string, (session: GuidedSession, arch: string) => Promise<void>>>;

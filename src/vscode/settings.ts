/** Settings are launch attributes that are said once for all launches: what a launch says itself wins. */
import { t } from '../base/l10n';
import { problemText, schemaProblems } from '../base/schema-check';
import { SETTINGS } from './setting-list.gen';

/** A launch with what the settings add, and what is wrong with settings that cannot be used. */
export interface Completed<Launch> {
  readonly launch: Launch;
  readonly problems: readonly string[];
}

/**
 * Fills in what the launch leaves open.
 * @param read the value of a setting, without `worldstep.` before its name
 */
export function withSettings<Launch extends object>(
  launch: Launch,
  read: (path: string) => unknown,
): Completed<Launch> {
  const problems: string[] = [];
  let completed = launch;
  for (const { path, schema } of SETTINGS) {
    const value = read(path);
    if (value === undefined || value === null) continue;
    const wrong = schemaProblems(value, schema, `worldstep.${path}`);
    problems.push(...wrong.map((problem) => t`The setting ${problemText(problem)}. It is not used.`));
    if (wrong.length === 0) completed = filled(completed, path.split('.'), value);
  }
  return { launch: completed, problems };
}

/** The same with `value` at a path where nothing stands yet. What is no object there is left for the launch's check. */
function filled<T extends object>(object: T, [key = '', ...rest]: readonly string[], value: unknown): T {
  const present = (object as Readonly<Record<string, unknown>>)[key];
  const isAbsent = present === undefined || present === null;
  if (rest.length === 0) return isAbsent ? { ...object, [key]: value } : object;
  if (!isAbsent && (typeof present !== 'object' || Array.isArray(present))) return object;
  return { ...object, [key]: filled(isAbsent ? {} : present, rest, value) };
}

/** What `explain …` asks for: a place, an access and a world, as they are typed. */
import { t } from '../base/l10n';
import { nearest } from '../base/nearest';
import { imageWorldOf } from '../debug/image-world';
import type { Access } from '../isa/core/translation';
import type { World } from '../isa/core/world';

/** Which kind of address: of a world, of a guest's physical memory, of the machine's. */
export type Space = 'va' | 'gpa' | 'pa';

/** The words of a request, before the expression is evaluated. */
export interface ExplainRequest {
  readonly space: Space;
  /** What stands for the address: digits or an expression. */
  readonly place: string;
  readonly access: Access;
  /** As it was typed; undefined for the world the hart is in. */
  readonly world: string | undefined;
}

const ACCESSES = ['read', 'write', 'execute'] as const satisfies readonly Access[];

/** World names that hold on every machine. The modes' own names are taken, too. */
const WORLD_NAMES = [
  'user',
  'kernel',
  'firmware',
  'guest',
  'guest user',
  'guest kernel',
  'hypervisor',
  'host',
] as const;

const usage = () =>
  t`Write: explain EXPRESSION [read|write|execute] [in WORLD], for example: explain 0x1000 write in guest user. Prefixes gpa: and pa: name guest physical and physical addresses.`;

const isAccess = (word: string): word is Access => ACCESSES.some((access) => access === word);

/**
 * Takes the text after `explain` apart; a string says what is wrong with it. `read`, `write` and `execute` are taken for
 * the access only behind the expression.
 */
export function parseExplain(text: string): ExplainRequest | string {
  const inWorld = /^(.*?)\s+in\s+([a-z][\w ]*?)\s*$/is.exec(text);
  const head = (inWorld?.[1] ?? text).trim();
  const words = /^(.*?)\s+(?:for\s+)?([a-z]+)$/is.exec(head);
  const last = words?.[2]?.toLowerCase();
  const place = last !== undefined && isAccess(last) ? (words?.[1] ?? '').trim() : head;
  if (place === '') return t`"explain" needs an address. ${usage()}`;
  if (last !== undefined && place === head && isOperand(words?.[1] ?? '')) {
    const meant = nearest(last, ACCESSES);
    const hint = meant === undefined ? '' : t` Did you mean "${meant}"?`;
    return t`"${last}" is no access.${hint} Accesses are: ${ACCESSES.join(', ')}. ${usage()}`;
  }
  const prefix = /^(va|gpa|pa):\s*(.+)$/is.exec(place);
  return {
    space: (prefix?.[1]?.toLowerCase() as Space | undefined) ?? 'va',
    place: prefix?.[2] ?? place,
    access: last !== undefined && isAccess(last) ? last : 'read',
    world: inWorld?.[2]?.toLowerCase().replace(/\s+/g, ' '),
  };
}

/** Whether a text ends as an expression may, so that a word behind it is none of it. */
const isOperand = (text: string): boolean => /[\w\])]$/.test(text) && !/(^|\W)as$/.test(text);

/** Which worlds a name stands for; undefined for a name that stands for none. */
function meaning(name: string, modes: readonly string[]): ((world: World) => boolean) | undefined {
  switch (name) {
    case 'host':
    case 'hypervisor':
      return (world) => ['kernel', 'hypervisor'].includes(imageWorldOf(world));
    case 'guest':
      return (world) => world.guest;
    default:
  }
  const known: readonly string[] = WORLD_NAMES;
  if (known.includes(name)) return (world) => imageWorldOf(world) === name;
  // The kernel's mode has a second name where there is a hypervisor extension.
  const mode = name === 'hs' ? 's' : name;
  return modes.includes(mode) ? (world) => world.mode.toLowerCase() === mode : undefined;
}

/** The world of that name among those known, best first; a string says why there is none. */
export function worldNamed(name: string, worlds: readonly World[]): World | string {
  const typed = name.toLowerCase();
  const modes = [...new Set(worlds.map((world) => world.mode.toLowerCase()))];
  const fits = meaning(typed, modes);
  const listed = [...WORLD_NAMES, ...modes.map((mode) => mode.toUpperCase())].join(', ');
  if (fits === undefined) {
    const meant = nearest(typed, WORLD_NAMES);
    const hint = meant === undefined ? '' : t` Did you mean "${meant}"?`;
    return t`"${name}" is no world.${hint} Worlds are: ${listed}.`;
  }
  const found = worlds.find(fits);
  if (found !== undefined) return found;
  const seen = [...new Set(worlds.map((world) => imageWorldOf(world)))].join(', ');
  return t`This processor has no ${typed} world yet: nothing has run there and no register names its tables. Known now: ${seen}.`;
}

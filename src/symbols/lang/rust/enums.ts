import type { Member, StructType, Variant } from '../../types';
import { bare, field } from '../layout';
import { shortTypeName } from '../name';
import { writeBits } from '../scalar';
import type { Value } from '../value';
import { plain, type Shape, type View } from '../view';
import { aggregateText, namedChildren } from './structs';

/** The active alternative of an enum with fields, or why there is none. */
export function activeVariant(value: Value, type: StructType, view: View): Variant | string {
  const part = type.variantPart;
  if (part === undefined) return 'it is not an enum';
  const { discriminant, variants } = part;
  if (discriminant === undefined) return variants[0] ?? 'it has no variants';
  const tag = view.unsigned(field(value, discriminant).place, discriminant.type.size);
  if (tag === undefined) return 'it cannot be read';
  const active =
    variants.find((v) => v.values.some(({ lo, hi }) => tag >= lo && tag <= hi)) ??
    variants.find((v) => v.values.length === 0);
  return active ?? `tag ${tag} belongs to no variant of ${shortTypeName(type)}`;
}

/** Enums with fields, `Option` and `Result` among them: tags and niches are in the debug information alike. */
export function enumShape(value: Value, type: StructType, view: View): Shape {
  const active = activeVariant(value, type, view);
  if (typeof active === 'string') {
    const bytes = view.bytes(value.place, Math.max(1, type.size));
    return plain(typeof bytes === 'string' ? `<unavailable: ${bytes}>` : `<invalid: ${active}>`);
  }
  const payload = active.members[0];
  const inner = payload === undefined ? undefined : field(value, payload);
  const innerType = inner === undefined ? undefined : bare(inner.type);
  const write: Shape['write'] = (text) => setVariant(value, type, text);
  if (inner === undefined || innerType?.kind !== 'struct') return { ...plain(active.name), write };
  const only = onlyField(innerType.members);
  return {
    text: aggregateText(inner, innerType, active.name, view),
    named: namedChildren(inner, innerType),
    indexedCount: 0,
    through: only === undefined ? inner : field(inner, only),
    write,
    hidesFields: true,
  };
}

const onlyField = (members: readonly Member[]): Member | undefined => (members.length === 1 ? members[0] : undefined);

/** Only alternatives without fields can be named; the others would need their contents as well. */
function setVariant(value: Value, type: StructType, text: string): ReturnType<NonNullable<Shape['write']>> {
  const part = type.variantPart;
  const name = text.trim().replace(/^.*::/, '');
  const wanted = part?.variants.find((v) => v.name === name);
  const fieldless = part?.variants.filter((v) => isFieldless(v) && v.values.length > 0).map((v) => v.name) ?? [];
  const tag = wanted?.values[0]?.lo;
  if (part?.discriminant === undefined || wanted === undefined || tag === undefined || !isFieldless(wanted))
    return {
      ok: false,
      why:
        fieldless.length > 0
          ? `Only ${fieldless.join(', ')} can be set here; set the fields of the others one by one.`
          : 'Set its fields one by one.',
    };
  const size = part.discriminant.type.size;
  return writeBits(field(value, part.discriminant), tag, 8 * size, size);
}

function isFieldless(variant: Variant): boolean {
  return variant.members.every((m) => {
    const type = bare(m.type);
    return type.kind === 'struct' && type.members.length === 0;
  });
}

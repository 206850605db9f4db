//! Types, one entry at a time; references to other types go out as ids.

use crate::expr::{constant_bytes, encoding_name};
use crate::json::Json;
use crate::program::{attr, flag, Die, DieRef, Program};
use gimli::{AttributeValue, Operation};
use std::collections::HashSet;

fn name_pair(program: &Program, die: DieRef, entry: &Die) -> (String, String) {
    let name = program.name_of(die.unit, entry).unwrap_or_default();
    let short = String::from_utf8_lossy(name).into_owned();
    let index = program.index(die.unit);
    match index.type_at(die.offset) {
        Some(named) if !name.is_empty() => (index.qualified(named.context, name), short),
        _ => (short.clone(), short),
    }
}

fn write_type_ref(program: &Program, unit: u32, entry: &Die, key: &str, json: &mut Json) {
    write_ref(program, unit, entry, json.key(key));
}

/// A type as its id, null for none, or in words why the reference leads nowhere.
pub fn write_ref(program: &Program, unit: u32, entry: &Die, json: &mut Json) {
    let Some(value) = attr(entry, gimli::DW_AT_type) else { return json.null() };
    match program.target(unit, &value) {
        Some(die) => json.number(program.id(die)),
        None => json.text(&program.why_missing(&value)),
    }
}

/// The size of a type, following aliases and array elements.
fn size_of(program: &Program, die: DieRef, depth: u32) -> u64 {
    let Some(entry) = program.entry(die) else { return 0 };
    if let Some(size) = program.number(&entry, gimli::DW_AT_byte_size) {
        return size;
    }
    if depth > 16 {
        return 0;
    }
    let target = || program.reference(die.unit, &entry, gimli::DW_AT_type).map_or(0, |t| size_of(program, t, depth + 1));
    match entry.tag() {
        gimli::DW_TAG_pointer_type | gimli::DW_TAG_reference_type | gimli::DW_TAG_rvalue_reference_type => {
            program.unit(die.unit).encoding().address_size.into()
        }
        gimli::DW_TAG_array_type => counts(program, die).iter().fold(target(), |n, count| match count {
            Count::Fixed(Some(elements)) => n.saturating_mul(*elements),
            _ => 0,
        }),
        gimli::DW_TAG_ptr_to_member_type => {
            // That of a function is its address and an adjustment of `this`.
            let word = u64::from(program.unit(die.unit).encoding().address_size);
            let pointed = program.reference(die.unit, &entry, gimli::DW_AT_type).and_then(|t| program.entry(t));
            if pointed.is_some_and(|e| e.tag() == gimli::DW_TAG_subroutine_type) { 2 * word } else { word }
        }
        gimli::DW_TAG_typedef
        | gimli::DW_TAG_const_type
        | gimli::DW_TAG_volatile_type
        | gimli::DW_TAG_restrict_type
        | gimli::DW_TAG_atomic_type
        | gimli::DW_TAG_template_alias
        | gimli::DW_TAG_immutable_type
        | gimli::DW_TAG_packed_type
        | gimli::DW_TAG_enumeration_type => target(),
        _ => 0,
    }
}

/// How many elements a dimension has.
enum Count {
    /// As many, or none said: C's flexible arrays.
    Fixed(Option<u64>),
    /// Known only in a frame: the attribute is an expression or refers to a variable.
    Computed { is_upper: bool, lower: u64, value: AttributeValue<crate::program::R> },
}

/// An unsigned bound. Only a form that has a sign says that it is negative: 200 in one byte is 200.
fn bound(value: &AttributeValue<crate::program::R>) -> Option<i128> {
    match *value {
        AttributeValue::Data1(n) => Some(n.into()),
        AttributeValue::Data2(n) => Some(n.into()),
        // All ones is how some compilers write -1: an array without elements.
        AttributeValue::Data4(n) => Some(if n == u32::MAX { -1 } else { n.into() }),
        AttributeValue::Data8(n) | AttributeValue::Udata(n) => Some(if n == u64::MAX { -1 } else { n.into() }),
        AttributeValue::Sdata(n) => Some(n.into()),
        _ => None,
    }
}

fn count_of(entry: &Die) -> Count {
    let lower = attr(entry, gimli::DW_AT_lower_bound).and_then(|v| bound(&v)).unwrap_or(0);
    let given = attr(entry, gimli::DW_AT_count).map(|v| (false, v));
    let Some((is_upper, value)) = given.or_else(|| attr(entry, gimli::DW_AT_upper_bound).map(|v| (true, v))) else {
        return Count::Fixed(None);
    };
    match bound(&value) {
        Some(n) => {
            let count = if is_upper { n - lower + 1 } else { n };
            Count::Fixed(u64::try_from(count).ok())
        }
        None => Count::Computed { is_upper, lower: lower.max(0) as u64, value },
    }
}

/// The number of elements in each dimension of an array.
fn counts(program: &Program, die: DieRef) -> Vec<Count> {
    let mut counts = Vec::new();
    for_children(program, die, |child| match child.tag() {
        gimli::DW_TAG_subrange_type | gimli::DW_TAG_enumeration_type => counts.push(count_of(child)),
        _ => {}
    });
    counts
}

fn write_count(program: &Program, unit: u32, count: Count, json: &mut Json) {
    match count {
        Count::Fixed(Some(n)) => json.number(n.min(1 << 48)),
        Count::Fixed(None) => json.null(),
        Count::Computed { is_upper, lower, value } => json.object(|json| {
            json.key("isUpper").boolean(is_upper);
            json.key("lower").number(lower.min(1 << 48));
            match value {
                AttributeValue::Exprloc(expression) => {
                    crate::expr::write_expression(program, unit, expression, json.key("ops"));
                }
                other => match program.target(unit, &other) {
                    Some(die) => json.key("variable").number(program.id(die)),
                    None => json.key("variable").null(),
                },
            }
        }),
    }
}

fn for_children(program: &Program, die: DieRef, mut visit: impl FnMut(&Die)) {
    let Ok(mut tree) = program.unit(die.unit).entries_tree(Some(crate::index::unit_offset(die.offset))) else { return };
    let Ok(root) = tree.root() else { return };
    let mut children = root.children();
    loop {
        match children.next() {
            Ok(Some(child)) => visit(child.entry()),
            Ok(None) => return,
            Err(e) => return program.problem(format!("the entries of a type are damaged ({e}); some of its fields are missing")),
        }
    }
}

/// A member's place in bytes: a constant, or the one-operation expression old compilers write. An expression that asks
/// the object (a virtual base) is left to the reader.
fn member_offset(program: &Program, unit: u32, entry: &Die) -> Result<u64, gimli::Expression<crate::program::R>> {
    match attr(entry, gimli::DW_AT_data_member_location) {
        Some(AttributeValue::Exprloc(e)) => {
            let mut operations = e.operations(program.unit(unit).encoding());
            let first = operations.next();
            match (first, operations.next()) {
                (Ok(Some(Operation::PlusConstant { value } | Operation::UnsignedConstant { value })), Ok(None)) => Ok(value),
                _ => Err(e),
            }
        }
        Some(value) => Ok(value.udata_value().unwrap_or(0)),
        None => Ok(0),
    }
}

fn write_member(program: &Program, unit: u32, entry: &Die, json: &mut Json) {
    let place = member_offset(program, unit, entry);
    let offset = place.unwrap_or(0);
    json.object(|json| {
        let is_base = entry.tag() == gimli::DW_TAG_inheritance;
        let name = match is_base {
            true => &b"<base>"[..],
            false => program.name_of(unit, entry).unwrap_or_default(),
        };
        if is_base {
            json.key("isBase").boolean(true);
        }
        if let Err(expression) = place {
            crate::expr::write_expression(program, unit, expression, json.key("place"));
        }
        json.key("name").bytes_text(name);
        write_type_ref(program, unit, entry, "type", json);
        json.key("offset").number(offset.min(1 << 48));
        if let Some(bits) = program.number(entry, gimli::DW_AT_bit_size) {
            let old = attr(entry, gimli::DW_AT_bit_offset)
                .and_then(|v| if let AttributeValue::Sdata(n) = v { Some(n) } else { v.udata_value().map(|n| n as i64) });
            let from = match (program.number(entry, gimli::DW_AT_data_bit_offset), old) {
                (Some(n), _) => n.saturating_add(offset.saturating_mul(8)),
                // DWARF 3 counts from the most significant bit of the storage unit; in packed structs it may lie before it.
                (None, Some(n)) => {
                    let storage = program.number(entry, gimli::DW_AT_byte_size).unwrap_or_else(|| {
                        program.reference(unit, entry, gimli::DW_AT_type).map_or(4, |t| size_of(program, t, 0))
                    });
                    let end = i128::from(offset.saturating_add(storage)) * 8;
                    u64::try_from(end - i128::from(n) - i128::from(bits)).unwrap_or(0)
                }
                (None, None) => offset.saturating_mul(8),
            };
            json.key("bitOffset").number(from.min(1 << 48));
            json.key("bitSize").number(bits.min(1 << 16));
        }
        json.key("isArtificial").boolean(flag(entry, gimli::DW_AT_artificial));
    });
}

fn is_field(entry: &Die) -> bool {
    match entry.tag() {
        gimli::DW_TAG_member => !flag(entry, gimli::DW_AT_external) && !flag(entry, gimli::DW_AT_declaration),
        gimli::DW_TAG_inheritance => true,
        _ => false,
    }
}

fn write_members(program: &Program, die: DieRef, key: &str, json: &mut Json) {
    json.key(key).array(|json| {
        for_children(program, die, |child| {
            if is_field(child) {
                write_member(program, die.unit, child, json);
            }
        });
    });
}

fn write_templates(program: &Program, die: DieRef, json: &mut Json) {
    json.key("templates").array(|json| {
        for_children(program, die, |child| {
            if matches!(child.tag(), gimli::DW_TAG_template_type_parameter | gimli::DW_TAG_template_value_parameter) {
                json.object(|json| {
                    json.key("name").bytes_text(program.name_of(die.unit, child).unwrap_or_default());
                    write_type_ref(program, die.unit, child, "type", json);
                    if let Some(value) = attr(child, gimli::DW_AT_const_value) {
                        if let Some(n) = value.udata_value().map(i128::from).or(value.sdata_value().map(i128::from)) {
                            json.key("value").big_signed(n);
                        }
                    }
                });
            }
        });
    });
}

/// A number in little-endian bytes, sign-extended to 128 bits by its form.
fn write_wide(value: &AttributeValue<crate::program::R>, json: &mut Json) {
    let bytes = constant_bytes(value).unwrap_or_default();
    let mut wide = [0u8; 16];
    let n = bytes.len().min(16);
    wide[..n].copy_from_slice(&bytes[..n]);
    json.big_signed(i128::from_le_bytes(wide));
}

fn write_variant_part(program: &Program, owner: DieRef, json: &mut Json) {
    let mut part = None;
    for_children(program, owner, |child| {
        if child.tag() == gimli::DW_TAG_variant_part && part.is_none() {
            part = Some(DieRef { unit: owner.unit, offset: child.offset().0 as u32 });
        }
    });
    let Some(part) = part else { return };
    json.key("variantPart").object(|json| {
        let discriminant = program.entry(part).and_then(|e| program.reference(part.unit, &e, gimli::DW_AT_discr));
        if let Some((die, entry)) = discriminant.and_then(|d| program.entry(d).map(|e| (d, e))) {
            json.key("discriminant");
            write_member(program, die.unit, &entry, json);
        }
        let mut variants = Vec::new();
        for_children(program, part, |child| {
            if child.tag() == gimli::DW_TAG_variant {
                variants.push(DieRef { unit: part.unit, offset: child.offset().0 as u32 });
            }
        });
        json.key("variants").array(|json| {
            for variant in variants {
                let Some(entry) = program.entry(variant) else { continue };
                json.object(|json| {
                    json.key("values").array(|json| {
                        if let Some(value) = attr(&entry, gimli::DW_AT_discr_value) {
                            write_wide(&value, json);
                            write_wide(&value, json);
                        } else if let Some(AttributeValue::Block(list)) = attr(&entry, gimli::DW_AT_discr_list) {
                            write_discriminant_list(list, json);
                        }
                    });
                    write_members(program, variant, "members", json);
                });
            }
        });
    });
}

/// A discriminant list: labels and ranges as variable-length integers, read unsigned.
fn write_discriminant_list(list: crate::program::R, json: &mut Json) {
    use gimli::Reader;
    let mut list = list;
    while let Ok(kind) = list.read_u8() {
        let Ok(lo) = list.read_uleb128() else { return };
        let hi = if kind == gimli::DW_DSC_range.0 { list.read_uleb128().unwrap_or(lo) } else { lo };
        json.big(lo);
        json.big(hi);
    }
}

/// The complete type a declaration stands for, when the program has one.
fn definition(program: &Program, die: DieRef, name: &str) -> Option<DieRef> {
    let found = named(program, name)?;
    let entry = program.entry(found)?;
    (!flag(&entry, gimli::DW_AT_declaration) && found != die).then_some(found)
}

/// The type with that full name; a complete one if there is one.
pub fn named(program: &Program, name: &str) -> Option<DieRef> {
    let mut fallback = None;
    for unit in 0..program.units.len() as u32 {
        let index = program.index(unit);
        for t in &index.types {
            // The own name is the tail of the full one; comparing it first avoids most of the work.
            if !t.name.is_empty() && name.as_bytes().ends_with(t.name) && index.qualified(t.context, t.name) == name {
                let die = DieRef { unit, offset: t.offset };
                if !t.is_declaration {
                    return Some(die);
                }
                fallback = fallback.or(Some(die));
            }
        }
    }
    fallback
}

/// One line for each differently named type: its id, a space, its full name.
pub fn write_names(program: &Program, out: &mut Vec<u8>) {
    let mut seen: HashSet<String> = HashSet::new();
    // Complete types first, so that they win over declarations.
    for declarations in [false, true] {
        for unit in 0..program.units.len() as u32 {
            let index = program.index(unit);
            for t in index.types.iter().filter(|t| t.is_declaration == declarations) {
                let name = index.qualified(t.context, t.name);
                if !seen.contains(&name) {
                    crate::functions::write_name_line(program.id(DieRef { unit, offset: t.offset }), &name, out);
                    seen.insert(name);
                }
            }
        }
    }
}

/// The enumerator of C or C++ of that name: its type and value.
pub fn write_enumerator(program: &Program, name: &[u8], json: &mut Json) {
    for unit in 0..program.units.len() as u32 {
        if matches!(program.language(unit), "rust" | "asm") {
            continue;
        }
        let Some(&(owner, offset, _)) = program.index(unit).enumerators.iter().find(|(_, _, n)| *n == name) else { continue };
        let Some(entry) = program.entry(DieRef { unit, offset }) else { continue };
        return json.object(|json| {
            json.key("type").number(program.id(DieRef { unit, offset: owner }));
            json.key("value");
            write_wide(&attr(&entry, gimli::DW_AT_const_value).unwrap_or(AttributeValue::Data1(0)), json);
        });
    }
    json.null();
}

/// Writes the type whose entry is `die`.
pub fn write(program: &Program, die: DieRef, json: &mut Json) {
    write_nested(program, die, 0, json);
}

fn write_nested(program: &Program, die: DieRef, depth: u32, json: &mut Json) {
    let Some(entry) = program.entry(die) else { return json.null() };
    let (name, short) = name_pair(program, die, &entry);
    let is_declaration = flag(&entry, gimli::DW_AT_declaration);
    let signed = attr(&entry, gimli::DW_AT_signature).and_then(|v| program.target(die.unit, &v));
    if let Some(complete) = signed.filter(|&d| d != die && depth < 8) {
        return write_nested(program, complete, depth + 1, json);
    }
    if is_declaration && !name.is_empty() && depth < 8 {
        if let Some(complete) = definition(program, die, &name) {
            return write_nested(program, complete, depth + 1, json);
        }
    }
    let unit = die.unit;
    json.object(|json| {
        json.key("id").number(program.id(die));
        json.key("name").text(&name);
        json.key("shortName").text(&short);
        json.key("size").number(size_of(program, die, 0).min(1 << 48));
        if let Some(alignment) = program.number(&entry, gimli::DW_AT_alignment) {
            json.key("alignment").number(alignment.min(1 << 32));
        }
        json.key("language").text(program.language(unit));
        let kind = |kind: &str, json: &mut Json| json.key("kind").text(kind);
        let flavoured = |k: &str, flavour: &str, json: &mut Json| {
            json.key("kind").text(k);
            json.key("flavour").text(flavour);
            write_type_ref(program, unit, &entry, "target", json);
        };
        match entry.tag() {
            gimli::DW_TAG_base_type => {
                kind("base", json);
                if let Some(bits) = program.number(&entry, gimli::DW_AT_bit_size) {
                    json.key("bits").number(bits.min(1 << 16));
                }
                json.key("encoding").text(match attr(&entry, gimli::DW_AT_encoding) {
                    Some(AttributeValue::Encoding(e)) => encoding_name(e),
                    _ => "other",
                });
            }
            gimli::DW_TAG_pointer_type => flavoured("pointer", "pointer", json),
            gimli::DW_TAG_reference_type => flavoured("pointer", "reference", json),
            gimli::DW_TAG_rvalue_reference_type => flavoured("pointer", "rvalueReference", json),
            gimli::DW_TAG_ptr_to_member_type => flavoured("pointer", "memberPointer", json),
            gimli::DW_TAG_typedef | gimli::DW_TAG_template_alias => flavoured("alias", "typedef", json),
            gimli::DW_TAG_immutable_type | gimli::DW_TAG_packed_type => flavoured("alias", "const", json),
            gimli::DW_TAG_const_type => flavoured("alias", "const", json),
            gimli::DW_TAG_volatile_type => flavoured("alias", "volatile", json),
            gimli::DW_TAG_restrict_type => flavoured("alias", "restrict", json),
            gimli::DW_TAG_atomic_type => flavoured("alias", "atomic", json),
            gimli::DW_TAG_structure_type | gimli::DW_TAG_class_type => {
                kind("struct", json);
                json.key("isDeclaration").boolean(is_declaration);
                write_members(program, die, "members", json);
                write_templates(program, die, json);
                write_variant_part(program, die, json);
                if let Some(t) = program.reference(unit, &entry, gimli::DW_AT_containing_type) {
                    json.key("containingType").number(program.id(t));
                }
            }
            gimli::DW_TAG_union_type => {
                kind("union", json);
                json.key("isDeclaration").boolean(is_declaration);
                write_members(program, die, "members", json);
                write_templates(program, die, json);
            }
            gimli::DW_TAG_enumeration_type => {
                kind("enumeration", json);
                write_type_ref(program, unit, &entry, "underlying", json);
                json.key("enumerators").array(|json| {
                    for_children(program, die, |child| {
                        if child.tag() == gimli::DW_TAG_enumerator {
                            json.object(|json| {
                                json.key("name").bytes_text(program.name_of(unit, child).unwrap_or_default());
                                json.key("value");
                                write_wide(&attr(child, gimli::DW_AT_const_value).unwrap_or(AttributeValue::Data1(0)), json);
                            });
                        }
                    });
                });
            }
            gimli::DW_TAG_array_type => {
                kind("array", json);
                write_type_ref(program, unit, &entry, "element", json);
                json.key("counts").array(|json| {
                    for count in counts(program, die) {
                        write_count(program, unit, count, json);
                    }
                });
            }
            gimli::DW_TAG_subroutine_type | gimli::DW_TAG_subprogram => {
                kind("subroutine", json);
                write_type_ref(program, unit, &entry, "returns", json);
                json.key("parameters").array(|json| {
                    for_children(program, die, |child| {
                        if child.tag() == gimli::DW_TAG_formal_parameter {
                            write_ref(program, unit, child, json);
                        }
                    });
                });
            }
            gimli::DW_TAG_unspecified_type => kind("void", json),
            tag => {
                kind("unknown", json);
                json.key("why").text(&format!("the kind of type {tag} is not known"));
            }
        }
    });
}

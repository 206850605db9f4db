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
    match program.reference(unit, entry, gimli::DW_AT_type) {
        Some(die) => json.key(key).number(program.id(die)),
        None => json.key(key).null(),
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
        gimli::DW_TAG_array_type => counts(program, die).iter().fold(target(), |n, c| n.saturating_mul(c.unwrap_or(0))),
        gimli::DW_TAG_typedef
        | gimli::DW_TAG_const_type
        | gimli::DW_TAG_volatile_type
        | gimli::DW_TAG_restrict_type
        | gimli::DW_TAG_atomic_type
        | gimli::DW_TAG_enumeration_type => target(),
        _ => 0,
    }
}

/// The number of elements in each dimension of an array.
fn counts(program: &Program, die: DieRef) -> Vec<Option<u64>> {
    let mut counts = Vec::new();
    for_children(program, die, |child| {
        if child.tag() == gimli::DW_TAG_subrange_type {
            let number = |at| attr(child, at).filter(|v| !matches!(v, AttributeValue::Exprloc(_))).and_then(|v| v.udata_value());
            let lower = number(gimli::DW_AT_lower_bound).unwrap_or(0);
            counts.push(number(gimli::DW_AT_count).or_else(|| {
                // An upper bound of -1 is how some compilers write "no elements" or "unknown".
                let upper = attr(child, gimli::DW_AT_upper_bound)?;
                match upper.sdata_value() {
                    Some(n) if n < 0 => None,
                    _ => upper.udata_value()?.checked_sub(lower)?.checked_add(1),
                }
            }));
        }
    });
    counts
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

/// A member's place in bytes: a constant, or the one-operation expression old compilers write.
fn member_offset(program: &Program, unit: u32, entry: &Die) -> u64 {
    match attr(entry, gimli::DW_AT_data_member_location) {
        Some(AttributeValue::Exprloc(e)) => match e.operations(program.unit(unit).encoding()).next() {
            Ok(Some(Operation::PlusConstant { value } | Operation::UnsignedConstant { value })) => value,
            _ => 0,
        },
        Some(value) => value.udata_value().unwrap_or(0),
        None => 0,
    }
}

fn write_member(program: &Program, unit: u32, entry: &Die, json: &mut Json) {
    let offset = member_offset(program, unit, entry);
    json.object(|json| {
        let name = match entry.tag() {
            gimli::DW_TAG_inheritance => &b"<base>"[..],
            _ => program.name_of(unit, entry).unwrap_or_default(),
        };
        json.key("name").bytes_text(name);
        write_type_ref(program, unit, entry, "type", json);
        json.key("offset").number(offset.min(1 << 48));
        if let Some(bits) = program.number(entry, gimli::DW_AT_bit_size) {
            let from = match (program.number(entry, gimli::DW_AT_data_bit_offset), program.number(entry, gimli::DW_AT_bit_offset))
            {
                (Some(n), _) => n.saturating_add(offset * 8),
                // DWARF 3 counts from the most significant bit of the storage unit.
                (None, Some(n)) => {
                    let storage = program.number(entry, gimli::DW_AT_byte_size).unwrap_or_else(|| {
                        program.reference(unit, entry, gimli::DW_AT_type).map_or(4, |t| size_of(program, t, 0))
                    });
                    (offset.saturating_add(storage).saturating_mul(8)).saturating_sub(n.saturating_add(bits))
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

/// Writes the type whose entry is `die`.
pub fn write(program: &Program, die: DieRef, json: &mut Json) {
    let Some(entry) = program.entry(die) else { return json.null() };
    let (name, short) = name_pair(program, die, &entry);
    let is_declaration = flag(&entry, gimli::DW_AT_declaration);
    if is_declaration && !name.is_empty() {
        if let Some(complete) = definition(program, die, &name) {
            return write(program, complete, json);
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
                json.key("encoding").text(match attr(&entry, gimli::DW_AT_encoding) {
                    Some(AttributeValue::Encoding(e)) => encoding_name(e),
                    _ => "other",
                });
            }
            gimli::DW_TAG_pointer_type => flavoured("pointer", "pointer", json),
            gimli::DW_TAG_reference_type => flavoured("pointer", "reference", json),
            gimli::DW_TAG_rvalue_reference_type => flavoured("pointer", "rvalueReference", json),
            gimli::DW_TAG_ptr_to_member_type => flavoured("pointer", "memberPointer", json),
            gimli::DW_TAG_typedef => flavoured("alias", "typedef", json),
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
                        match count {
                            Some(n) => json.number(n.min(1 << 48)),
                            None => json.null(),
                        }
                    }
                });
            }
            gimli::DW_TAG_subroutine_type | gimli::DW_TAG_subprogram => {
                kind("subroutine", json);
                write_type_ref(program, unit, &entry, "returns", json);
                json.key("parameters").array(|json| {
                    for_children(program, die, |child| {
                        if child.tag() == gimli::DW_TAG_formal_parameter {
                            match program.reference(unit, child, gimli::DW_AT_type) {
                                Some(t) => json.number(program.id(t)),
                                None => json.null(),
                            }
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

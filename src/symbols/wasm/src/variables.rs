//! Variables: locals, parameters, statics.

use crate::expr;
use crate::json::Json;
use crate::program::{attr, flag, DieRef, Program};
use crate::scopes::{origin, write_source};
use gimli::{DwAt, DwTag};

/// An attribute of the entry or, when it has none, of the one it is a copy of.
fn inherited<T>(program: &Program, die: DieRef, read: impl Fn(DieRef, &crate::program::Die) -> Option<T>) -> Option<T> {
    let mut at = die;
    for _ in 0..8 {
        let entry = program.entry(at)?;
        if let Some(value) = read(at, &entry) {
            return Some(value);
        }
        at = origin(program, at, &entry)?;
    }
    None
}

/// The entry that says of what type a variable is: itself or one that it is a copy of.
fn type_holder(program: &Program, die: DieRef) -> Option<(DieRef, crate::program::Die<'_>)> {
    let at = inherited(program, die, |at, entry| attr(entry, gimli::DW_AT_type).map(|_| at))?;
    Some((at, program.entry(at)?))
}

fn text(program: &Program, die: DieRef, at: DwAt) -> Option<&'static [u8]> {
    inherited(program, die, |d, entry| program.string(d.unit, attr(entry, at)?))
}

/// Writes a variable; `function` is the concrete function around a local.
pub fn write(program: &Program, die: DieRef, function: Option<DieRef>, json: &mut Json) {
    let Some(entry) = program.entry(die) else { return };
    let tag: DwTag = entry.tag();
    let name = text(program, die, gimli::DW_AT_name).unwrap_or_default();
    let source = inherited(program, die, |d, e| program.source(d.unit, e, gimli::DW_AT_decl_file));
    json.object(|json| {
        json.key("id").number(program.id(die));
        match function {
            None => json.key("name").text(&static_name(program, die)),
            Some(_) => json.key("name").bytes_text(name),
        }
        let linkage = text(program, die, gimli::DW_AT_linkage_name);
        if let Some(linkage) = linkage {
            json.key("linkageName").bytes_text(linkage);
        }
        json.key("type");
        match type_holder(program, die) {
            Some((at, holder)) => crate::types::write_ref(program, at.unit, &holder, json),
            None => json.null(),
        }
        write_source(json.key("source"), source);
        json.key("line").number(inherited(program, die, |_, e| program.number(e, gimli::DW_AT_decl_line)).unwrap_or(0));
        json.key("isParameter").boolean(tag == gimli::DW_TAG_formal_parameter);
        json.key("isArtificial")
            .boolean(inherited(program, die, |_, e| flag(e, gimli::DW_AT_artificial).then_some(())).is_some());
        json.key("language").text(program.language(die.unit));
        json.key("location");
        let location = attr(&entry, gimli::DW_AT_location);
        let constant = match location {
            None => inherited(program, die, |_, e| expr::constant_bytes(&attr(e, gimli::DW_AT_const_value)?)),
            Some(_) => None,
        };
        let thread_local = match location {
            None if constant.is_none() && function.is_none() => program.tls_symbol(linkage.unwrap_or(name)),
            _ => None,
        };
        match (constant, thread_local) {
            (Some(bytes), _) => json.object(|json| {
                json.key("kind").text("constant");
                json.key("bytes").hex(&bytes);
            }),
            (None, Some(offset)) => expr::write_thread_local(offset, json),
            (None, None) => expr::write_location(program, die.unit, location, json),
        }
        if let Some(function) = function {
            if let Some(base) = program.entry(function).and_then(|e| attr(&e, gimli::DW_AT_frame_base)) {
                expr::write_location(program, function.unit, Some(base), json.key("frameBase"));
            }
        }
    });
}

/// The full name of a static variable. A definition outside a class leaves its namespaces to the declaration.
fn static_name(program: &Program, die: DieRef) -> String {
    let name = text(program, die, gimli::DW_AT_name).unwrap_or_default();
    let mut at = die;
    for _ in 0..8 {
        let Some(entry) = program.entry(at) else { break };
        let Some(next) = origin(program, at, &entry) else { break };
        at = next;
    }
    let index = program.index(at.unit);
    match index.static_at(at.offset).map(|s| &s.named).or_else(|| index.declaration_at(at.offset)) {
        Some(named) => index.qualified(named.context, name),
        None => String::from_utf8_lossy(name).into_owned(),
    }
}

/// All statics with an address, ascending.
pub fn statics(program: &Program) -> &[(u64, DieRef)] {
    program.statics.get_or_init(|| {
        let mut all = Vec::new();
        for unit in 0..program.units.len() as u32 {
            for s in &program.index(unit).statics {
                if let Some(address) = s.address.filter(|&a| a != 0) {
                    all.push((address, DieRef { unit, offset: s.named.offset }));
                }
            }
        }
        all.sort_unstable();
        all
    })
}

/// One line for each static variable: its id, a space, its full name.
pub fn write_static_names(program: &Program, out: &mut Vec<u8>) {
    for unit in 0..program.units.len() as u32 {
        let index = program.index(unit);
        for s in &index.statics {
            let die = DieRef { unit, offset: s.named.offset };
            let name = static_name(program, die);
            crate::functions::write_name_line(program.id(die), &name, out);
        }
    }
}

/// What the caller passed at the call that returns to `va`, as `[register, ops]` pairs.
pub fn write_call_site(program: &Program, va: u64, json: &mut Json) {
    json.array(|json| {
        let Some((function, _, _)) = crate::scopes::function_at(program, va.wrapping_sub(1)) else { return };
        let unit = program.unit(function.unit);
        let Ok(mut cursor) = unit.entries_at_offset(crate::index::unit_offset(function.offset)) else { return };
        let mut depth = 0;
        let mut site_depth = None;
        while let Ok(Some((delta, entry))) = cursor.next_dfs() {
            depth += delta;
            if depth <= 0 && entry.offset().0 as u32 != function.offset {
                return;
            }
            if site_depth.is_some_and(|d| depth <= d) {
                return;
            }
            match entry.tag() {
                gimli::DW_TAG_call_site | gimli::DW_TAG_GNU_call_site => {
                    let pc = attr(entry, gimli::DW_AT_call_return_pc).or_else(|| attr(entry, gimli::DW_AT_low_pc));
                    if pc.and_then(|v| program.dwarf(function.unit).attr_address(unit, v).ok().flatten()) == Some(va) {
                        site_depth = Some(depth);
                    }
                }
                gimli::DW_TAG_call_site_parameter | gimli::DW_TAG_GNU_call_site_parameter if site_depth == Some(depth - 1) => {
                    let place = attr(entry, gimli::DW_AT_location).and_then(|v| v.exprloc_value());
                    let value = attr(entry, gimli::DW_AT_call_value)
                        .or_else(|| attr(entry, gimli::DW_AT_GNU_call_site_value))
                        .and_then(|v| v.exprloc_value());
                    let (Some(place), Some(value)) = (place, value) else { continue };
                    if let Ok(Some(gimli::Operation::Register { register })) = place.operations(unit.encoding()).next() {
                        json.array(|json| {
                            json.number(register.0.into());
                            expr::write_ops(expr::Context::of_unit(program, function.unit), value, json);
                        });
                    }
                }
                _ => {}
            }
        }
    });
}

//! Macros of the preprocessor, as `-g3` records them.

use crate::companions::root_attr;
use crate::json::Json;
use crate::program::{Program, R};
use gimli::{AttributeValue, DebugMacroOffset, MacroEntry, MacroIter};

/// Imports of imports of ...: more is damage.
const DEEPEST: u32 = 32;

/// Writes the parameters and body of a macro as the unit at `va` has it at its end, else the first unit that has it.
pub fn write(program: &Program, name: &[u8], va: u64, json: &mut Json) {
    let here = program.units_at(va);
    let others = (0..program.units.len() as u32).filter(|u| !here.contains(u) && !program.replaced[*u as usize]);
    let found = here.iter().copied().chain(others).find_map(|unit| definition(program, unit, name));
    match found {
        Some(text) => json.text(&text),
        None => json.null(),
    }
}

fn definition(program: &Program, unit: u32, name: &[u8]) -> Option<String> {
    let dwarf = program.dwarf(unit);
    let listed = root_attr(program, unit, gimli::DW_AT_macros).or_else(|| root_attr(program, unit, gimli::DW_AT_GNU_macros));
    let iter = match listed {
        Some(AttributeValue::DebugMacroRef(offset)) => dwarf.macros(offset).ok(),
        Some(AttributeValue::SecOffset(offset)) => dwarf.macros(DebugMacroOffset(offset)).ok(),
        _ => match root_attr(program, unit, gimli::DW_AT_macro_info) {
            Some(AttributeValue::DebugMacinfoRef(offset)) => dwarf.macinfo(offset).ok(),
            _ => None,
        },
    };
    let mut found = None;
    scan(program, unit, iter?, name, &mut found, 0);
    found
}

/// Later definitions win, and what is undefined is gone.
fn scan(program: &Program, unit: u32, mut iter: MacroIter<R>, name: &[u8], found: &mut Option<String>, depth: u32) {
    let dwarf = program.dwarf(unit);
    let owner = program.unit(unit).unit_ref(dwarf);
    loop {
        match iter.next() {
            Ok(Some(MacroEntry::Define { text, .. })) => {
                let Ok(text) = text.string(owner) else { continue };
                let rest = text.slice().strip_prefix(name);
                if let Some(rest) = rest.filter(|r| matches!(r.first(), None | Some(b' ' | b'('))) {
                    *found = Some(String::from_utf8_lossy(rest).into_owned());
                }
            }
            Ok(Some(MacroEntry::Undef { name: gone, .. })) => {
                if gone.string(owner).is_ok_and(|n| n.slice() == name) {
                    *found = None;
                }
            }
            Ok(Some(MacroEntry::Import { offset })) if depth < DEEPEST => {
                if let Ok(inner) = dwarf.macros(offset) {
                    scan(program, unit, inner, name, found, depth + 1);
                }
            }
            Ok(Some(MacroEntry::ImportSup { offset })) if depth < DEEPEST => {
                if let Some(inner) = program.dwarf.sup().and_then(|sup| sup.macros(offset).ok()) {
                    scan(program, unit, inner, name, found, depth + 1);
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(e) => return program.problem(format!("the macro information is damaged ({e}); some macros are not known")),
        }
    }
}

//! Functions with all their copies, and where breakpoints go.

use crate::index::function_name;
use crate::json::Json;
use crate::lines::Row;
use crate::program::{attr, DieRef, Program};
use crate::scopes::{self, declaration, write_source, Kind};
use std::collections::HashMap;

pub struct Function {
    pub name: String,
    linkage: Option<&'static [u8]>,
    source: Option<u32>,
    line: u64,
    concrete: Vec<DieRef>,
    inlined: Vec<DieRef>,
}

#[derive(Default)]
pub struct Functions {
    all: Vec<Function>,
}

/// The entry at the end of the chain of origins: the same for all copies of a function in one unit.
fn root(program: &Program, die: DieRef) -> DieRef {
    let mut at = die;
    for _ in 0..8 {
        match program.index(at.unit).subprogram_at(at.offset).and_then(|s| s.origin) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

impl Functions {
    fn build(program: &Program) -> Functions {
        let mut functions = Functions::default();
        let mut by_root: HashMap<DieRef, usize> = HashMap::new();
        let mut by_name: HashMap<(String, Option<u32>, u64), usize> = HashMap::new();
        for unit in 0..program.units.len() as u32 {
            let index = program.index(unit);
            for s in index.subprograms.iter().filter(|s| s.has_code) {
                let die = DieRef { unit, offset: s.offset };
                let at = functions.entry(program, die, &mut by_root, &mut by_name);
                functions.all[at].concrete.push(die);
            }
            for &(offset, origin) in &index.inlined {
                let at = functions.entry(program, origin, &mut by_root, &mut by_name);
                functions.all[at].inlined.push(DieRef { unit, offset });
            }
        }
        functions
    }

    fn entry(
        &mut self,
        program: &Program,
        die: DieRef,
        by_root: &mut HashMap<DieRef, usize>,
        by_name: &mut HashMap<(String, Option<u32>, u64), usize>,
    ) -> usize {
        let root = root(program, die);
        if let Some(&at) = by_root.get(&root) {
            return at;
        }
        let (name, linkage) = function_name(program, die);
        let (source, line) = declaration(program, root);
        let at = *by_name.entry((name.clone(), source, line)).or_insert_with(|| {
            self.all.push(Function { name, linkage, source, line, concrete: Vec::new(), inlined: Vec::new() });
            self.all.len() - 1
        });
        by_root.insert(root, at);
        at
    }
}

fn functions(program: &Program) -> &Functions {
    program.functions.get_or_init(|| Functions::build(program))
}

/// `id name`, as a line; a line break in a name (damage) becomes a blank.
pub fn write_name_line(id: u64, name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(id.to_string().as_bytes());
    out.push(b' ');
    out.extend(name.bytes().map(|b| if b == b'\n' { b' ' } else { b }));
    out.push(b'\n');
}

/// One line for each function: its number, a space, its full name.
pub fn write_names(program: &Program, out: &mut Vec<u8>) {
    for (i, f) in functions(program).all.iter().enumerate() {
        write_name_line(i as u64, &f.name, out);
    }
}

pub fn write_function(program: &Program, number: usize, json: &mut Json) {
    let Some(f) = functions(program).all.get(number) else { return json.null() };
    let ranges = |dies: &[DieRef]| -> Vec<(u64, u64)> {
        dies.iter().flat_map(|d| program.entry(*d).map(|e| program.ranges(d.unit, &e)).unwrap_or_default()).collect()
    };
    let mut stops: Vec<u64> = Vec::new();
    for &die in &f.concrete {
        let Some(entry) = program.entry(die) else { continue };
        let own = program.ranges(die.unit, &entry);
        if let Some(low) = entry_pc(program, die, &entry, &own) {
            let hi = own.iter().find(|r| r.0 <= low && low < r.1).map_or(low, |r| r.1);
            stops.push(after_prologue(program, low, hi));
        }
    }
    for &die in &f.inlined {
        let Some(entry) = program.entry(die) else { continue };
        let own = program.ranges(die.unit, &entry);
        if let Some(low) = entry_pc(program, die, &entry, &own) {
            stops.push(first_statement(program, low, &own));
        }
    }
    stops.sort_unstable();
    stops.dedup();
    json.object(|json| {
        json.key("name").text(&f.name);
        if let Some(linkage) = f.linkage {
            json.key("linkageName").bytes_text(linkage);
        }
        write_source(json.key("source"), f.source);
        json.key("line").number(f.line);
        json.key("ranges").array(|json| {
            for (lo, hi) in ranges(&f.concrete) {
                json.big(lo);
                json.big(hi);
            }
        });
        json.key("addresses").array(|json| {
            for va in stops {
                write_address(program, va, json);
            }
        });
    });
}

fn entry_pc(program: &Program, die: DieRef, entry: &crate::program::Die, ranges: &[(u64, u64)]) -> Option<u64> {
    let unit = program.unit(die.unit);
    let explicit = attr(entry, gimli::DW_AT_entry_pc)
        .or_else(|| attr(entry, gimli::DW_AT_low_pc))
        .and_then(|v| program.dwarf.attr_address(unit, v).ok().flatten());
    explicit.filter(|va| ranges.iter().any(|r| r.0 <= *va && *va < r.1)).or_else(|| ranges.iter().map(|r| r.0).min())
}

/// Where the body of a function begins: where the compiler says the prologue ends or, if it does not say, at its second line row.
fn after_prologue(program: &Program, low: u64, hi: u64) -> u64 {
    let rows = &program.lines().rows;
    let first = rows.partition_point(|r| r.address < low);
    let inside = || rows[first..].iter().take_while(|r| r.address < hi && !r.end);
    if let Some(row) = inside().find(|r| r.prologue_end) {
        if row.line != 0 {
            return row.address;
        }
        if let Some(next) = inside().find(|r| r.address > row.address && r.line != 0) {
            return next.address;
        }
    }
    inside().find(|r| r.address > low && r.line != 0 && r.is_stmt).map_or(low, |r| r.address)
}

/// The first statement at or after `low` in an inlined copy.
fn first_statement(program: &Program, low: u64, ranges: &[(u64, u64)]) -> u64 {
    let rows = &program.lines().rows;
    let from = rows.partition_point(|r| r.address < low);
    let inside = |va: u64| ranges.iter().any(|r| r.0 <= va && va < r.1);
    rows[from..].iter().take_while(|r| inside(r.address)).find(|r| r.is_stmt && r.line != 0 && !r.end).map_or(low, |r| r.address)
}

/// Writes a `CodeAddress`.
fn write_address(program: &Program, va: u64, json: &mut Json) {
    let lines = program.lines();
    let row = lines.row_at(va).map(|i| lines.rows[i]);
    let scope = scopes::innermost(program, va);
    json.object(|json| {
        json.key("address").big(va);
        write_source(json.key("source"), row.filter(|r| r.line != 0).map(|r| r.file));
        json.key("line").number(row.map_or(0, |r| r.line.into()));
        json.key("column").number(row.map_or(0, |r| r.column.into()));
        if let Some(scope) = scope {
            json.key("functionName").text(&function_name(program, scope.function).0);
        }
    });
}

/// A row of a line and the function instance it belongs to.
struct Candidate {
    row: Row,
    key: DieRef,
    /// Set for a concrete function whose first instruction this row is: where the function ends.
    entry_of: Option<u64>,
    decl_line: Option<u64>,
}

fn candidate(program: &Program, row: Row, file: u32) -> Candidate {
    let nowhere = DieRef { unit: u32::MAX, offset: u32::MAX };
    let Some(scope) = scopes::innermost(program, row.address) else {
        return Candidate { row, key: nowhere, entry_of: None, decl_line: None };
    };
    let (source, line) = declaration(program, scope.function);
    let entry_of = match scope.kind {
        Kind::Function => scope.ranges.iter().find(|r| r.0 == row.address).map(|r| r.1),
        _ => None,
    };
    Candidate { row, key: scope.die, entry_of, decl_line: (source == Some(file)).then_some(line) }
}

/// Where to stop for a line: see `Program.addressesOf` on the TypeScript side. `column` 0 means any.
pub fn write_addresses(program: &Program, file: u32, line: u32, column: u32, json: &mut Json) {
    let lines = program.lines();
    let rows = lines.from_line(file, line);
    let mut at = 0;
    let mut chosen: Vec<Candidate> = Vec::new();
    while at < rows.len() {
        let this_line = lines.rows[rows[at] as usize].line;
        let end = at + rows[at..].partition_point(|&i| lines.rows[i as usize].line <= this_line);
        let mut group: Vec<Row> = rows[at..end].iter().map(|&i| lines.rows[i as usize]).collect();
        at = end;
        if this_line == line && column != 0 {
            // The asked column or, as editors round, the next one to the right that begins a statement.
            let best = group.iter().map(|r| r.column).filter(|&c| c >= column).min();
            if let Some(best) = best {
                group.retain(|r| r.column == best);
            }
        }
        let candidates: Vec<Candidate> = group.into_iter().map(|r| candidate(program, r, file)).collect();
        if this_line == line {
            chosen = candidates;
            break;
        }
        // Sliding must stay in the function: what was declared below the asked line is another one.
        chosen = candidates
            .into_iter()
            .filter(|c| match c.decl_line {
                Some(declared) => declared <= u64::from(line),
                None => has_earlier_row(program, &c.row, file, line),
            })
            .collect();
        if !chosen.is_empty() {
            break;
        }
    }
    // One stop for each copy of the function: its first.
    let mut firsts: Vec<Candidate> = Vec::new();
    for c in chosen {
        match firsts.iter_mut().find(|f| f.key == c.key && c.key.unit != u32::MAX) {
            Some(f) if c.row.address < f.row.address => *f = c,
            Some(_) => {}
            None => firsts.push(c),
        }
    }
    let mut stops: Vec<u64> = firsts
        .iter()
        .map(|c| match c.entry_of {
            Some(hi) => after_prologue(program, c.row.address, hi),
            None => c.row.address,
        })
        .collect();
    stops.sort_unstable();
    stops.dedup();
    json.array(|json| {
        for va in stops {
            write_address(program, va, json);
        }
    });
}

/// Without types: whether the code around `row` also has an earlier line of the file, so that the asked line lies inside.
fn has_earlier_row(program: &Program, row: &Row, file: u32, line: u32) -> bool {
    let rows = &program.lines().rows;
    let at = rows.partition_point(|r| r.address < row.address);
    rows[..at].iter().rev().take_while(|r| !r.end).any(|r| r.file == file && r.line != 0 && r.line <= line)
}

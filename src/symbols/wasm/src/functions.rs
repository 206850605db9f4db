//! Functions with all their copies, and where breakpoints go.

use crate::expansions;
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
            for call in &index.inlined {
                let at = functions.entry(program, call.origin, &mut by_root, &mut by_name);
                functions.all[at].inlined.push(DieRef { unit, offset: call.offset });
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
            stops.push(after_prologue(program, die, low, hi));
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
                write_address(program, va, None, json);
            }
        });
    });
}

fn entry_pc(program: &Program, die: DieRef, entry: &crate::program::Die, ranges: &[(u64, u64)]) -> Option<u64> {
    let unit = program.unit(die.unit);
    let explicit = attr(entry, gimli::DW_AT_entry_pc)
        .or_else(|| attr(entry, gimli::DW_AT_low_pc))
        .and_then(|v| program.dwarf(die.unit).attr_address(unit, v).ok().flatten());
    explicit.filter(|va| ranges.iter().any(|r| r.0 <= *va && *va < r.1)).or_else(|| ranges.iter().map(|r| r.0).min())
}

/// The rows from `low` on, to the end of their sequence.
pub fn rows_from(program: &Program, low: u64) -> impl Iterator<Item = &Row> {
    let rows = &program.lines().rows;
    let mut first = rows.partition_point(|r| r.address < low);
    // Where one sequence ends the next one may begin.
    while rows.get(first).is_some_and(|r| r.end) {
        first += 1;
    }
    rows[first..].iter().take_while(|r| !r.end)
}

/// Where the body of the function at `low..hi` begins, if its first instructions are a prologue.
fn body(program: &Program, function: DieRef, low: u64, hi: u64) -> Option<u64> {
    let inside = || rows_from(program, low).take_while(|r| r.address < hi);
    if let Some(row) = inside().find(|r| r.prologue_end) {
        return inside().find(|r| r.address >= row.address && r.line != 0).map(|r| r.address);
    }
    // Compilers that do not mark it give the opening line two rows, or the body the second one; in optimised
    // code the second row may as well be an inlined call, and then there is no telling.
    let second = inside().find(|r| r.address > low && r.line != 0 && r.is_stmt)?.address;
    scopes::innermost(program, second).is_some_and(|s| s.die == function).then_some(second)
}

fn after_prologue(program: &Program, function: DieRef, low: u64, hi: u64) -> u64 {
    body(program, function, low, hi).unwrap_or(low)
}

/// The first statement at or after `low` in an inlined copy.
fn first_statement(program: &Program, low: u64, ranges: &[(u64, u64)]) -> u64 {
    let inside = |va: u64| ranges.iter().any(|r| r.0 <= va && va < r.1);
    rows_from(program, low).take_while(|r| inside(r.address)).find(|r| r.is_stmt && r.line != 0).map_or(low, |r| r.address)
}

/// Writes a `CodeAddress`, with the position of `row` if it is known.
fn write_address(program: &Program, va: u64, row: Option<Row>, json: &mut Json) {
    let lines = program.lines();
    let row = row.or_else(|| lines.hidden_statement_at(va).copied()).or_else(|| lines.row_at(va).map(|i| lines.rows[i]));
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
    /// Set for a row that opens a concrete function: where the function ends.
    opens: Option<u64>,
    decl_line: Option<u64>,
}

fn candidate(program: &Program, row: Row, file: u32) -> Candidate {
    let nowhere = DieRef { unit: u32::MAX, offset: u32::MAX };
    let Some(scope) = scopes::innermost(program, row.address) else {
        return Candidate { row, key: nowhere, opens: None, decl_line: None };
    };
    let (source, line) = declaration(program, scope.function);
    let opens = match scope.kind {
        // A line of the body may begin with the function too, where there is no prologue.
        Kind::Function if u64::from(row.line) <= line => scope.ranges.iter().find(|r| r.0 == row.address).map(|r| r.1),
        _ => None,
    };
    Candidate { row, key: scope.die, opens, decl_line: (source == Some(file)).then_some(line) }
}

/// A place to stop, and the position to tell for it.
pub struct Stop {
    pub address: u64,
    pub told: Told,
}

pub enum Told {
    /// That of the row, by default the one there.
    Row(Option<Row>),
    /// Column and inlined copy of a call.
    Call(u32, DieRef),
    /// The asked line, in that function.
    Asked(DieRef),
}

/// Where to stop for a line: see `Program.addressesOf` on the TypeScript side. `column` 0 means any.
pub fn write_addresses(program: &Program, file: u32, line: u32, column: u32, json: &mut Json) {
    let mut at = line;
    let mut stops = Vec::new();
    // The asked line, then those below it: a line may have code of its own or only an inlined call.
    while let Some(next) = next_line(program, file, at) {
        at = next;
        stops = stops_of_rows(program, file, line, at, column);
        if stops.is_empty() {
            stops = stops_of_calls(program, file, line, at);
        }
        if !stops.is_empty() {
            expansions::put_before(program, file, line, at, &mut stops);
            break;
        }
        let Some(below) = at.checked_add(1) else { break };
        at = below;
    }
    stops.sort_unstable_by_key(|s| s.address);
    stops.dedup_by_key(|s| s.address);
    json.array(|json| {
        for stop in stops {
            match stop.told {
                Told::Row(row) => write_address(program, stop.address, row, json),
                Told::Call(column, die) => {
                    let caller = caller_of(program, stop.address, die);
                    write_told(program, stop.address, (file, at, column), caller, json)
                }
                Told::Asked(function) => write_told(program, stop.address, (file, line, 0), Some(function), json),
            }
        }
    });
}

/// The first line from `line` on with statement rows or inlined calls.
fn next_line(program: &Program, file: u32, line: u32) -> Option<u32> {
    let lines = program.lines();
    let row = lines.from_line(file, line).first().map(|r| r.line);
    if row == Some(line) {
        return row;
    }
    let call = calls_from(program, file, line).first().map(|c| c.line);
    row.into_iter().chain(call).min()
}

/// Stops for the rows of line `at`. When that is not the `asked` line it must be in the same function: what was declared
/// below the asked line is another one.
fn stops_of_rows(program: &Program, file: u32, asked: u32, at: u32, column: u32) -> Vec<Stop> {
    let lines = program.lines();
    let mut rows: Vec<Row> = lines.from_line(file, at).iter().copied().take_while(|r| r.line == at).collect();
    if at == asked && column != 0 {
        // The asked column or, as editors round, the next one to the right that begins a statement.
        let best = rows.iter().map(|r| r.column).filter(|&c| c >= column).min();
        if let Some(best) = best {
            rows.retain(|r| r.column == best);
        }
    }
    // One stop for each copy of the function: its first.
    let mut firsts: Vec<Candidate> = Vec::new();
    for row in rows {
        let c = candidate(program, row, file);
        let is_inside = at == asked
            || match c.decl_line {
                Some(declared) => declared <= u64::from(asked),
                None => has_earlier_row(program, &c.row, file, asked),
            };
        if !is_inside {
            continue;
        }
        match firsts.iter_mut().find(|f| f.key == c.key && c.key.unit != u32::MAX) {
            Some(f) if c.row.address < f.row.address => *f = c,
            Some(_) => {}
            None => firsts.push(c),
        }
    }
    let stop = |c: &Candidate| match c.opens {
        Some(hi) => Stop { address: after_prologue(program, c.key, c.row.address, hi), told: Told::Row(None) },
        None => Stop { address: c.row.address, told: Told::Row(Some(c.row)) },
    };
    firsts.iter().map(stop).collect()
}

/// A line may have no code but an inlined call, as `push(x);` often has. Then the stop is where the inlined copy begins,
/// and is told with the position of the call.
fn stops_of_calls(program: &Program, file: u32, asked: u32, at: u32) -> Vec<Stop> {
    let mut stops = Vec::new();
    for call in calls_from(program, file, at).iter().take_while(|c| c.line == at) {
        let Some(entry) = program.entry(call.die) else { continue };
        let ranges = program.ranges(call.die.unit, &entry);
        let Some(low) = entry_pc(program, call.die, &entry, &ranges) else { continue };
        let address = first_statement(program, low, &ranges);
        let is_inside = at == asked
            || caller_of(program, address, call.die).is_some_and(|caller| declaration(program, caller).1 <= u64::from(asked));
        if is_inside {
            stops.push(Stop { address, told: Told::Call(call.column, call.die) });
        }
    }
    stops
}

fn write_told(
    program: &Program,
    va: u64,
    (file, line, column): (u32, u32, u32),
    function: Option<DieRef>,
    json: &mut Json,
) {
    json.object(|json| {
        json.key("address").big(va);
        json.key("source").number(file.into());
        json.key("line").number(line.into());
        json.key("column").number(column.into());
        if let Some(function) = function {
            json.key("functionName").text(&function_name(program, function).0);
        }
    });
}

/// The function around an inlined copy.
fn caller_of(program: &Program, va: u64, copy: DieRef) -> Option<DieRef> {
    let chain = scopes::chain(program, va);
    let at = chain.iter().position(|s| s.die == copy)?;
    chain[..at].last().map(|s| s.function)
}

/// Where an inlined copy was called from.
pub struct InlinedCall {
    file: u32,
    line: u32,
    column: u32,
    die: DieRef,
}

/// All inlined calls, by file and line.
fn inlined_calls(program: &Program) -> &[InlinedCall] {
    program.calls.get_or_init(|| {
        let mut calls = Vec::new();
        for unit in 0..program.units.len() as u32 {
            for call in &program.index(unit).inlined {
                if let Some(file) = program.lines().file(unit, call.file) {
                    calls.push(InlinedCall {
                        file,
                        line: call.line,
                        column: call.column,
                        die: DieRef { unit, offset: call.offset },
                    });
                }
            }
        }
        calls.sort_unstable_by_key(|c| (c.file, c.line, c.die));
        calls
    })
}

/// The inlined calls of a file from `line` on.
fn calls_from(program: &Program, file: u32, line: u32) -> &[InlinedCall] {
    let calls = inlined_calls(program);
    let lo = calls.partition_point(|c| (c.file, c.line) < (file, line));
    let hi = calls.partition_point(|c| c.file <= file);
    &calls[lo.min(hi)..hi]
}

/// The lines of a file from which something was inlined.
pub fn call_lines(program: &Program, file: u32) -> impl Iterator<Item = u32> + '_ {
    calls_from(program, file, 1).iter().map(|c| c.line)
}

/// Without types: whether the code around `row` also has an earlier line of the file, so that the asked line lies inside.
fn has_earlier_row(program: &Program, row: &Row, file: u32, line: u32) -> bool {
    let lines = program.lines();
    let at = lines.row_at(row.address).unwrap_or(0);
    lines.rows[..at].iter().rev().take_while(|r| !r.end).any(|r| r.file == file && r.line != 0 && r.line <= line)
}

//! What surrounds an address: the function, the inlined copies and blocks in it, their variables.

use crate::index::{function_name, unit_offset};
use crate::json::Json;
use crate::program::{attr, DieRef, Program};
use crate::variables;
use gimli::EntriesTreeNode;

type Node<'a, 'b> = EntriesTreeNode<'a, 'a, 'b, crate::program::R>;

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Function,
    Inlined,
    Block,
}

pub struct Scope {
    pub kind: Kind,
    pub die: DieRef,
    /// The function whose name this scope bears.
    pub function: DieRef,
    pub ranges: Vec<(u64, u64)>,
    pub variables: Vec<DieRef>,
}

impl Scope {
    fn range_at(&self, va: u64) -> (u64, u64) {
        self.ranges.iter().copied().find(|r| r.0 <= va && va < r.1).unwrap_or((va, va + 1))
    }
}

/// The concrete function that covers `va`.
pub fn function_at(program: &Program, va: u64) -> Option<(DieRef, u64, u64)> {
    program.units_at(va).into_iter().find_map(|unit| {
        let (lo, hi, offset) = program.index(unit).function_at(va)?;
        Some((DieRef { unit, offset }, lo, hi))
    })
}

/// Scopes around `va`, outermost first.
pub fn chain(program: &Program, va: u64) -> Vec<Scope> {
    let Some((die, _, _)) = function_at(program, va) else { return Vec::new() };
    let Some(entry) = program.entry(die) else { return Vec::new() };
    let mut scopes =
        vec![Scope { kind: Kind::Function, die, function: die, ranges: program.ranges(die.unit, &entry), variables: Vec::new() }];
    let unit = program.unit(die.unit);
    if let Ok(mut tree) = unit.entries_tree(Some(unit_offset(die.offset))) {
        if let Ok(root) = tree.root() {
            if let Err(e) = walk(program, die.unit, root, va, &mut scopes) {
                program.problem(format!("the entries of a function are damaged ({e}); some of its variables are missing"));
            }
        }
    }
    scopes
}

fn walk(program: &Program, unit: u32, node: Node, va: u64, scopes: &mut Vec<Scope>) -> gimli::Result<()> {
    let level = scopes.len() - 1;
    let mut children = node.children();
    while let Some(child) = children.next()? {
        let entry = child.entry();
        let die = DieRef { unit, offset: entry.offset().0 as u32 };
        match entry.tag() {
            gimli::DW_TAG_variable | gimli::DW_TAG_formal_parameter | gimli::DW_TAG_constant => scopes[level].variables.push(die),
            gimli::DW_TAG_inlined_subroutine => {
                let ranges = program.ranges(unit, entry);
                if contains(&ranges, va) && scopes.len() == level + 1 {
                    let function = program.reference(unit, entry, gimli::DW_AT_abstract_origin).unwrap_or(die);
                    scopes.push(Scope { kind: Kind::Inlined, die, function, ranges, variables: Vec::new() });
                    walk(program, unit, child, va, scopes)?;
                }
            }
            gimli::DW_TAG_lexical_block => {
                let ranges = program.ranges(unit, entry);
                if contains(&ranges, va) && scopes.len() == level + 1 {
                    let function = scopes[level].function;
                    scopes.push(Scope { kind: Kind::Block, die, function, ranges, variables: Vec::new() });
                    walk(program, unit, child, va, scopes)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn contains(ranges: &[(u64, u64)], va: u64) -> bool {
    ranges.iter().any(|r| r.0 <= va && va < r.1)
}

/// The innermost function or inlined copy around `va`.
pub fn innermost(program: &Program, va: u64) -> Option<Scope> {
    chain(program, va).into_iter().rfind(|s| s.kind != Kind::Block)
}

/// Where a function was declared: source and line, followed through its origins.
pub fn declaration(program: &Program, die: DieRef) -> (Option<u32>, u64) {
    let mut at = die;
    for _ in 0..8 {
        let Some(entry) = program.entry(at) else { break };
        if let Some(line) = program.number(&entry, gimli::DW_AT_decl_line) {
            // A definition may repeat the line and leave the file to its declaration.
            let source = program.source(at.unit, &entry, gimli::DW_AT_decl_file).or_else(|| {
                let next = origin(program, at, &entry)?;
                program.source(next.unit, &program.entry(next)?, gimli::DW_AT_decl_file)
            });
            return (source, line);
        }
        match origin(program, at, &entry) {
            Some(next) => at = next,
            None => break,
        }
    }
    (None, 0)
}

pub fn origin(program: &Program, die: DieRef, entry: &crate::program::Die) -> Option<DieRef> {
    let value = attr(entry, gimli::DW_AT_abstract_origin).or_else(|| attr(entry, gimli::DW_AT_specification))?;
    program.target(die.unit, &value)
}

pub fn write_source(json: &mut Json, source: Option<u32>) {
    match source {
        Some(id) if id != u32::MAX => json.number(id.into()),
        _ => json.null(),
    }
}

/// Logical frames at `va`, innermost first.
pub fn write_frames(program: &Program, va: u64, json: &mut Json) {
    let scopes: Vec<Scope> = chain(program, va).into_iter().filter(|s| s.kind != Kind::Block).collect();
    let lines = program.lines();
    json.array(|json| {
        for (i, scope) in scopes.iter().enumerate().rev() {
            let (lo, hi) = scope.range_at(va);
            let (decl_source, decl_line) = declaration(program, scope.function);
            let (source, line, column) = match scopes.get(i + 1).and_then(|inner| program.entry(inner.die).map(|e| (inner, e))) {
                Some((inner, call)) => (
                    program.source(inner.die.unit, &call, gimli::DW_AT_call_file),
                    program.number(&call, gimli::DW_AT_call_line).unwrap_or(0),
                    program.number(&call, gimli::DW_AT_call_column).unwrap_or(0),
                ),
                // At the start of an inlined copy the statement that begins is the caller's.
                None => match lines
                    .hidden_statement_at(va)
                    .filter(|_| scope.kind == Kind::Function || lo != va)
                    .or_else(|| lines.position_at(va, lo))
                {
                    Some(row) => (Some(row.file), u64::from(row.line), u64::from(row.column)),
                    None => (decl_source, decl_line, 0),
                },
            };
            let (name, linkage) = function_name(program, scope.function);
            json.object(|json| {
                json.key("name").text(&name);
                if let Some(linkage) = linkage {
                    json.key("linkageName").bytes_text(linkage);
                }
                json.key("isInlined").boolean(scope.kind == Kind::Inlined);
                write_source(json.key("source"), source);
                json.key("line").number(line);
                json.key("column").number(column);
                json.key("lo").big(lo);
                json.key("hi").big(hi);
                write_source(json.key("declSource"), decl_source);
                json.key("declLine").number(decl_line);
                json.key("language").text(program.language(scope.function.unit));
            });
        }
    });
}

/// Scopes at `va`, innermost first, with their variables.
pub fn write_scopes(program: &Program, va: u64, json: &mut Json) {
    let scopes = chain(program, va);
    let frames = scopes.iter().filter(|s| s.kind != Kind::Block).count();
    let frame_base = scopes.first().map(|s| s.die);
    let mut depth = frames;
    let mut numbered = Vec::new();
    for scope in &scopes {
        if scope.kind != Kind::Block {
            depth -= 1;
        }
        numbered.push((depth, scope));
    }
    json.array(|json| {
        for (frame, scope) in numbered.into_iter().rev() {
            json.object(|json| {
                json.key("kind").text(match scope.kind {
                    Kind::Function => "function",
                    Kind::Inlined => "inlined",
                    Kind::Block => "block",
                });
                json.key("functionName").text(&function_name(program, scope.function).0);
                json.key("frame").number(frame as u64);
                json.key("ranges").array(|json| {
                    for &(lo, hi) in &scope.ranges {
                        json.big(lo);
                        json.big(hi);
                    }
                });
                json.key("variables").array(|json| {
                    for &die in &scope.variables {
                        variables::write(program, die, frame_base, json);
                    }
                    for die in optimised_out(program, scope) {
                        variables::write(program, die, frame_base, json);
                    }
                });
            });
        }
    });
}

/// Parameters and variables the abstract function has and this copy does not: the compiler dropped them.
fn optimised_out(program: &Program, scope: &Scope) -> Vec<DieRef> {
    if scope.kind == Kind::Block {
        return Vec::new();
    }
    let Some(entry) = program.entry(scope.die) else { return Vec::new() };
    let Some(abstract_die) = program.reference(scope.die.unit, &entry, gimli::DW_AT_abstract_origin) else { return Vec::new() };
    let present: Vec<DieRef> = scope
        .variables
        .iter()
        .filter_map(|&v| program.reference(v.unit, &program.entry(v)?, gimli::DW_AT_abstract_origin))
        .collect();
    let mut missing = Vec::new();
    let unit = program.unit(abstract_die.unit);
    let Ok(mut tree) = unit.entries_tree(Some(unit_offset(abstract_die.offset))) else { return missing };
    let Ok(root) = tree.root() else { return missing };
    let mut children = root.children();
    while let Ok(Some(child)) = children.next() {
        let tag = child.entry().tag();
        let die = DieRef { unit: abstract_die.unit, offset: child.entry().offset().0 as u32 };
        if matches!(tag, gimli::DW_TAG_variable | gimli::DW_TAG_formal_parameter) && !present.contains(&die) {
            missing.push(die);
        }
    }
    missing
}

//! Code that a macro left at its own lines. rustc tells the line of the call only for macros of other crates; code of the
//! crate's own macros stands at the lines of the macro, in the middle of the function that calls it, and is inlined from
//! nowhere. Only the lines before and after it in the function tell where the call is.

use crate::functions::{rows_from, Stop, Told};
use crate::lines::Row;
use crate::program::Program;
use crate::scopes::{self, declaration, Kind, Scope};

/// Lets stops for line `at`, which were found for the line `asked`, begin with the macro that is called there.
pub fn put_before(program: &Program, file: u32, asked: u32, at: u32, stops: &mut [Stop]) {
    for stop in stops {
        let Some(scope) = function_of(program, stop) else { continue };
        let (source, declared) = declaration(program, scope.function);
        if source != Some(file) || declared > u64::from(asked) {
            continue;
        }
        let code = Code { program, scope: &scope, file, declared: declared as u32 };
        // The asked line has code of its own: what may come before it is at its end.
        if at == asked && !code.is_macro_before(stop.address) {
            continue;
        }
        let found = code.runs_before(stop.address).into_iter().find(|run| {
            // Its call is a line between the two: the asked one itself has no code, or is the only one between.
            let is_between = run.after < asked && asked < run.before;
            let is_head = at == asked && run.before == asked && run.after + 1 == asked && run.end == stop.address;
            is_between || is_head
        });
        if let Some(run) = found {
            *stop = Stop { address: run.start, told: Told::Asked(scope.function) };
        }
    }
}

/// The function or inlined copy that the line of a stop belongs to.
fn function_of(program: &Program, stop: &Stop) -> Option<Scope> {
    let mut chain = scopes::chain(program, stop.address);
    chain.retain(|s| s.kind != Kind::Block);
    if let Told::Call(_, callee) = stop.told {
        chain.truncate(chain.iter().position(|s| s.die == callee)?);
    }
    chain.pop()
}

/// Code of a macro without interruption.
struct Run {
    start: u64,
    /// Where the function's own line begins again.
    end: u64,
    /// The function's own lines around it.
    after: u32,
    before: u32,
}

/// A function or an inlined copy, and where it was declared.
struct Code<'p> {
    program: &'p Program,
    scope: &'p Scope,
    file: u32,
    declared: u32,
}

impl Code<'_> {
    /// Ends with the row at `end`.
    fn runs_before(&self, end: u64) -> Vec<Run> {
        let mut runs = Vec::new();
        for &(lo, hi) in self.scope.ranges.iter().filter(|r| r.0 < end) {
            let mut after = self.declared;
            let mut start: Option<u64> = None;
            for row in rows_from(self.program, lo).take_while(|r| r.address < hi && r.address <= end) {
                let Some((file, line)) = self.position(row) else { continue };
                if self.is_macro(file, line) {
                    start.get_or_insert(row.address);
                    continue;
                }
                if let Some(start) = start.take() {
                    runs.push(Run { start, end: row.address, after, before: line });
                }
                after = line;
            }
        }
        runs
    }

    fn is_macro_before(&self, end: u64) -> bool {
        let rows = &self.program.lines().rows;
        let at = rows.partition_point(|r| r.address < end);
        let before = rows[..at].iter().rev().take_while(|r| !r.end).find_map(|r| self.position(r));
        before.is_some_and(|(file, line)| self.is_macro(file, line))
    }

    /// Where the function itself is at a row: for what is inlined, at the call.
    fn position(&self, row: &Row) -> Option<(u32, u32)> {
        let mut chain = scopes::chain(self.program, row.address);
        chain.retain(|s| s.kind != Kind::Block);
        let at = chain.iter().position(|s| s.die == self.scope.die)?;
        let Some(inlined) = chain.get(at + 1) else { return (row.line != 0).then_some((row.file, row.line)) };
        let call = self.program.entry(inlined.die)?;
        let file = self.program.source(inlined.die.unit, &call, gimli::DW_AT_call_file)?;
        let line = self.program.number(&call, gimli::DW_AT_call_line)?;
        (line != 0).then_some((file, line as u32))
    }

    /// Macros are defined in other files, or before the functions that use them.
    fn is_macro(&self, file: u32, line: u32) -> bool {
        file != self.file || line < self.declared
    }
}

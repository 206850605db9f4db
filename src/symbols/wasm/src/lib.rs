//! Reads one ELF file with DWARF. An instance of the module serves one file; the host makes another for the next.
//! Answers are JSON text (or plain lines) in a buffer that the next call overwrites.

mod cfi;
mod companions;
mod elf;
mod expansions;
mod expr;
mod functions;
mod index;
mod json;
mod lines;
mod macros;
mod program;
mod scopes;
mod sections;
mod types;
mod variables;

use companions::Companions;
use json::Json;
use program::Program;
use std::cell::UnsafeCell;

struct State {
    program: Option<Program>,
    out: Vec<u8>,
    input: Vec<u8>,
    companions: Option<Companions>,
}

struct Shared(UnsafeCell<State>);
// SAFETY: the module has one thread and no call re-enters it.
unsafe impl Sync for Shared {}

static STATE: Shared = Shared(UnsafeCell::new(State {
    program: None,
    out: Vec::new(),
    input: Vec::new(),
    companions: None,
}));

fn state() -> &'static mut State {
    // SAFETY: as above; each exported function takes the reference once and drops it before it returns.
    unsafe { &mut *STATE.0.get() }
}

fn answer(write: impl FnOnce(&Program, &mut Json)) {
    let state = state();
    let mut json = Json::new();
    match &state.program {
        Some(program) => write(program, &mut json),
        None => json.null(),
    }
    state.out = json.out;
}

fn answer_lines(write: impl FnOnce(&Program, &mut Vec<u8>)) {
    let state = state();
    let mut out = Vec::new();
    if let Some(program) = &state.program {
        write(program, &mut out);
    }
    state.out = out;
}

/// Makes room for `length` bytes of input and says where to write them.
#[no_mangle]
pub extern "C" fn input(length: usize) -> *mut u8 {
    let state = state();
    state.input = vec![0; length];
    state.input.as_mut_ptr()
}

#[no_mangle]
pub extern "C" fn output() -> *const u8 {
    state().out.as_ptr()
}

#[no_mangle]
pub extern "C" fn output_length() -> usize {
    state().out.len()
}

/// Takes the file in the input buffer as one that the next file to be opened names: 0 is dwz's alternate file, 1 one of
/// split debug information.
#[no_mangle]
pub extern "C" fn companion(kind: u32) {
    let bytes: &'static [u8] = Box::leak(std::mem::take(&mut state().input).into_boxed_slice());
    let companions = state().companions.get_or_insert_with(Companions::default);
    match kind {
        0 => companions.alternate = Some(bytes),
        _ => companions.splits.push(bytes),
    }
}

/// Opens the file in the input buffer: a header object, or a string that says why it cannot be read.
#[no_mangle]
pub extern "C" fn open() {
    std::panic::set_hook(Box::new(|info| state().out = info.to_string().into_bytes()));
    let bytes: &'static [u8] = Box::leak(std::mem::take(&mut state().input).into_boxed_slice());
    let mut json = Json::new();
    match Program::open(bytes, &state().companions.take().unwrap_or_default()) {
        Ok(program) => {
            let mut problems = Vec::new();
            json.object(|json| {
                elf::write_header(&program.file, bytes, json, &mut problems);
                json.key("hasDebugInfo").boolean(!program.units.is_empty());
                json.key("hasLines").boolean(program.units.iter().any(|u| u.line_program.is_some()));
                companions::write_wanted(&program, json);
            });
            problems.into_iter().for_each(|p| program.problem(p));
            state().program = Some(program);
        }
        Err(why) => json.text(why),
    }
    state().out = json.out;
}

#[no_mangle]
pub extern "C" fn problems() {
    answer(|program, json| {
        json.array(|json| {
            for problem in program.problems() {
                json.text(&problem);
            }
        })
    });
}

#[no_mangle]
pub extern "C" fn symbols() {
    answer(|program, json| elf::write_symbols(&program.file, json));
}

#[no_mangle]
pub extern "C" fn sources() {
    answer(|program, json| {
        json.array(|json| {
            for source in &program.lines().sources {
                json.array(|json| {
                    json.text(&source.path);
                    if let Some(md5) = source.md5 {
                        json.text(&md5.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
                    }
                });
            }
        })
    });
}

/// The lines of a source that have code; with `line` not 0, the columns of that line.
#[no_mangle]
pub extern "C" fn lines_of(source: u32, line: u32) {
    answer(|program, json| {
        let lines = program.lines();
        let mut found: Vec<u32> = lines
            .from_line(source, line)
            .iter()
            .filter(|r| line == 0 || r.line == line)
            .map(|r| if line == 0 { r.line } else { r.column })
            .collect();
        if line == 0 {
            found.extend(functions::call_lines(program, source));
        }
        found.sort_unstable();
        found.dedup();
        json.array(|json| found.iter().for_each(|&n| json.number(n.into())));
    });
}

#[no_mangle]
pub extern "C" fn addresses_of(source: u32, line: u32, column: u32) {
    answer(|program, json| functions::write_addresses(program, source, line, column, json));
}

/// Rows that overlap `lo..hi`, flattened: source (or null), line, column, lo, hi, isStmt.
#[no_mangle]
pub extern "C" fn lines_in(lo: u64, hi: u64) {
    answer(|program, json| {
        let lines = program.lines();
        let from = lines.row_at(lo).unwrap_or_else(|| lines.rows.partition_point(|r| r.address < lo));
        json.array(|json| {
            for pair in lines.rows[from.min(lines.rows.len())..].windows(2) {
                let (row, next) = (&pair[0], &pair[1]);
                if row.address >= hi {
                    break;
                }
                if row.end || row.line == 0 || next.address <= lo {
                    continue;
                }
                scopes::write_source(json, Some(row.file));
                json.number(row.line.into());
                json.number(row.column.into());
                json.big(row.address);
                json.big(next.address);
                json.boolean(row.is_stmt);
            }
        });
    });
}

#[no_mangle]
pub extern "C" fn frames_at(va: u64) {
    answer(|program, json| scopes::write_frames(program, va, json));
}

#[no_mangle]
pub extern "C" fn scopes_at(va: u64) {
    answer(|program, json| scopes::write_scopes(program, va, json));
}

#[no_mangle]
pub extern "C" fn unwind_row(va: u64) {
    answer(|program, json| cfi::write_row(program, va, json));
}

#[no_mangle]
pub extern "C" fn call_site(va: u64) {
    answer(|program, json| variables::write_call_site(program, va, json));
}

#[no_mangle]
pub extern "C" fn function_names() {
    answer_lines(functions::write_names);
}

#[no_mangle]
pub extern "C" fn function(number: u32) {
    answer(|program, json| functions::write_function(program, number as usize, json));
}

#[no_mangle]
pub extern "C" fn static_names() {
    answer_lines(variables::write_static_names);
}

#[no_mangle]
pub extern "C" fn static_variable(id: u64) {
    answer(|program, json| match program.die_by_id(id) {
        Some(die) if program.entry(die).is_some() => variables::write(program, die, None, json),
        _ => json.null(),
    });
}

/// The static variable at an address: its object, or null.
#[no_mangle]
pub extern "C" fn static_at(va: u64) {
    answer(|program, json| {
        let all = variables::statics(program);
        let i = all.partition_point(|s| s.0 < va);
        match all.get(i) {
            Some(&(address, die)) if address == va && program.entry(die).is_some() => variables::write(program, die, None, json),
            _ => json.null(),
        }
    });
}

/// The enumerator of C or C++ whose name is in the input buffer: `{type, value}`, or null.
#[no_mangle]
pub extern "C" fn enumerator_named() {
    let name = std::mem::take(&mut state().input);
    answer(|program, json| types::write_enumerator(program, &name, json));
}

/// The body of the macro whose name is in the input buffer, as the unit at `va` (else any) leaves it, or null.
#[no_mangle]
pub extern "C" fn macro_named(va: u64) {
    let name = std::mem::take(&mut state().input);
    answer(|program, json| macros::write(program, &name, va, json));
}

#[no_mangle]
pub extern "C" fn type_names() {
    answer_lines(types::write_names);
}

#[no_mangle]
pub extern "C" fn type_by_id(id: u64) {
    answer(|program, json| match program.die_by_id(id) {
        Some(die) => types::write(program, die, json),
        None => json.null(),
    });
}

/// The type whose full name is in the input buffer, or null.
#[no_mangle]
pub extern "C" fn type_named() {
    let name = String::from_utf8_lossy(&state().input).into_owned();
    answer(|program, json| match types::named(program, &name) {
        Some(die) => types::write(program, die, json),
        None => json.null(),
    });
}

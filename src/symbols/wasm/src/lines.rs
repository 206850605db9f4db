//! The line table: all rows of all units in one sorted list, and the source files they name.

use crate::program::{Program, R};
use std::collections::HashMap;

#[derive(Clone, Copy, PartialEq)]
pub struct Row {
    pub address: u64,
    pub file: u32,
    pub line: u32,
    pub column: u32,
    pub is_stmt: bool,
    pub prologue_end: bool,
    /// Covers nothing; only the end of the row before it.
    pub end: bool,
}

pub struct Source {
    pub path: String,
    /// Of the contents that were compiled, where the compiler tells (DWARF 5) and all units agree.
    pub md5: Option<[u8; 16]>,
    has_changed: bool,
}

impl Source {
    fn add_md5(&mut self, md5: Option<[u8; 16]>) {
        match self.md5 {
            _ if md5.is_none() || self.has_changed => {}
            None => self.md5 = md5,
            // The file was changed while the program was built: neither tells what to expect.
            known => {
                self.has_changed = known != md5;
                self.md5 = known.filter(|_| !self.has_changed);
            }
        }
    }
}

#[derive(Default)]
pub struct Lines {
    /// Ascending; each sequence closes with an `end` row.
    pub rows: Vec<Row>,
    pub sources: Vec<Source>,
    /// Per unit: index in its line table to index in `sources`.
    files: Vec<HashMap<u64, u32>>,
    /// Rows where a statement begins, by file, line, address. Some of them begin at the same address.
    statements: Vec<Row>,
    /// Where the row of an address begins no statement but another one there did: that other row. Ascending.
    hidden: Vec<Row>,
}

const NO_FILE: u32 = u32::MAX;

fn join(base: &str, path: &str) -> String {
    let is_absolute = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
    if is_absolute || base.is_empty() {
        path.to_string()
    } else {
        format!("{base}/{path}")
    }
}

fn resolve_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" if !parts.is_empty() => {}
            "." => {}
            ".." if parts.last().is_some_and(|p| !p.is_empty() && *p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Rows of one address become one row: the last, as it tells what the instructions there are. That statements begin there
/// and where the prologue ends is kept of all.
fn collapse(rows: &mut Vec<Row>, from: usize, hidden: &mut Vec<Row>) {
    let mut write = from;
    let mut read = from;
    while read < rows.len() {
        let mut end = read + 1;
        while end < rows.len() && rows[end].address == rows[read].address && !rows[end].end {
            end += 1;
        }
        let group = &rows[read..end];
        let mut kept = group[group.len() - 1];
        if !kept.is_stmt {
            hidden.extend(group.iter().rfind(|r| r.is_stmt && r.line != 0 && r.file == kept.file));
        }
        kept.prologue_end = group.iter().any(|r| r.prologue_end);
        kept.is_stmt = group.iter().any(|r| r.is_stmt);
        rows[write] = kept;
        write += 1;
        read = end;
    }
    rows.truncate(write);
}

impl Lines {
    pub fn build(program: &Program) -> Lines {
        let mut lines = Lines::default();
        let mut ids: HashMap<String, u32> = HashMap::new();
        let mut sequences: Vec<Vec<Row>> = Vec::new();
        let mut done: HashMap<(u32, usize), u32> = HashMap::new();
        for (index, unit) in program.units.iter().enumerate() {
            let Some(line_program) = unit.line_program.clone() else {
                lines.files.push(HashMap::new());
                continue;
            };
            // Units may share a table (type units, damaged files); it is read once.
            let owner = program.table_of(index as u32);
            let offset = (owner, line_program.header().offset().0);
            if let Some(&first) = done.get(&offset) {
                let files = lines.files[first as usize].clone();
                lines.files.push(files);
                continue;
            }
            done.insert(offset, index as u32);
            let files = lines.read_files(program, index as u32, line_program.header(), &mut ids);
            read_rows(program, line_program, &files, &mut sequences);
            lines.files.push(files);
        }
        sequences.sort_by_key(|s| s[0].address);
        for sequence in sequences {
            let from = lines.rows.len();
            // Two sequences for one function happen when COMDAT copies were merged; the first one counts.
            if lines.rows.last().is_some_and(|last| sequence[0].address < last.address) {
                continue;
            }
            lines.statements.extend(sequence.iter().filter(|r| !r.end && r.is_stmt && r.line != 0 && r.file != NO_FILE));
            lines.rows.extend(sequence);
            collapse(&mut lines.rows, from, &mut lines.hidden);
        }
        lines.statements.sort_unstable_by_key(|r| ((u64::from(r.file) << 32) | u64::from(r.line), r.address));
        lines.statements.dedup();
        lines
    }

    fn read_files(
        &mut self,
        program: &Program,
        index: u32,
        header: &gimli::LineProgramHeader<R>,
        ids: &mut HashMap<String, u32>,
    ) -> HashMap<u64, u32> {
        let unit = program.unit(index);
        let text = |value| program.string(index, value).map(|s| String::from_utf8_lossy(s).into_owned()).unwrap_or_default();
        let comp_dir = unit.comp_dir.map(|d| d.to_string_lossy().into_owned()).unwrap_or_default();
        let first = if header.version() >= 5 { 0 } else { 1 };
        let mut map = HashMap::new();
        for (i, entry) in header.file_names().iter().enumerate() {
            let directory = entry.directory(header).map(text).unwrap_or_default();
            let path = resolve_dots(&join(&join(&comp_dir, &directory), &text(entry.path_name())));
            // rustc names its codegen units so; there is no such file.
            if path.contains("/@/") {
                continue;
            }
            let md5 = header.file_has_md5().then(|| *entry.md5());
            let next = self.sources.len() as u32;
            let id = *ids.entry(path).or_insert_with_key(|path| {
                self.sources.push(Source { path: path.clone(), md5: None, has_changed: false });
                next
            });
            self.sources[id as usize].add_md5(md5);
            map.insert(i as u64 + first, id);
        }
        map
    }

    pub fn file(&self, unit: u32, index: u64) -> Option<u32> {
        self.files.get(unit as usize)?.get(&index).copied()
    }

    /// The row that covers `va`, as its index.
    pub fn row_at(&self, va: u64) -> Option<usize> {
        let i = self.rows.partition_point(|r| r.address <= va).checked_sub(1)?;
        (!self.rows[i].end && i + 1 < self.rows.len()).then_some(i)
    }

    /// The row that covers `va`. Code the compiler gave no line gets the nearest line of the same file before it, from `lo` on.
    pub fn position_at(&self, va: u64, lo: u64) -> Option<&Row> {
        let i = self.row_at(va)?;
        let here = &self.rows[i];
        if here.line != 0 {
            return Some(here);
        }
        self.rows[..i].iter().rev().take_while(|r| r.address >= lo && !r.end).find(|r| r.line != 0 && r.file == here.file)
    }

    /// The statement that begins at `va` behind a row of the same file that begins none.
    pub fn hidden_statement_at(&self, va: u64) -> Option<&Row> {
        self.hidden.binary_search_by_key(&va, |r| r.address).ok().map(|i| &self.hidden[i])
    }

    /// Statement rows of `file` from `line` on, ascending by line, then address.
    pub fn from_line(&self, file: u32, line: u32) -> &[Row] {
        let lo = self.statements.partition_point(|r| (r.file, r.line) < (file, line));
        let hi = self.statements.partition_point(|r| r.file <= file);
        &self.statements[lo.min(hi)..hi]
    }
}

fn read_rows(
    program: &Program,
    line_program: gimli::IncompleteLineProgram<R>,
    files: &HashMap<u64, u32>,
    sequences: &mut Vec<Vec<Row>>,
) {
    let mut rows = line_program.rows();
    let mut sequence: Vec<Row> = Vec::new();
    let mut last = 0;
    loop {
        match rows.next_row() {
            Ok(Some((_, row))) => {
                let is_sane = sequence.is_empty() || row.address() >= last;
                last = row.address();
                if is_sane {
                    sequence.push(Row {
                        address: row.address(),
                        file: files.get(&row.file_index()).copied().unwrap_or(NO_FILE),
                        line: row.line().map_or(0, |l| l.get().min(u64::from(u32::MAX)) as u32),
                        column: match row.column() {
                            gimli::ColumnType::LeftEdge => 0,
                            gimli::ColumnType::Column(c) => c.get().min(u64::from(u32::MAX)) as u32,
                        },
                        is_stmt: row.is_stmt(),
                        prologue_end: row.prologue_end(),
                        end: row.end_sequence(),
                    });
                }
                if row.end_sequence() {
                    let finished = std::mem::take(&mut sequence);
                    if finished.len() > 1 && program.is_code(finished[0].address) && finished.last().is_some_and(|r| r.end) {
                        sequences.push(finished);
                    }
                }
            }
            Ok(None) => break,
            Err(e) => {
                program.problem(format!("a line table is damaged ({e}); some lines have no code"));
                break;
            }
        }
    }
}

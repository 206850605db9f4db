//! One opened file: its bytes, its DWARF units and the caches over them.

use crate::elf::{self, CodeRange, File};
use crate::index::UnitIndex;
use crate::lines::Lines;
use gimli::{AttributeValue, DwAt, Dwarf, EndianSlice, RunTimeEndian, SectionId, Unit, UnitOffset, UnitSectionOffset};
use object::{Object, ObjectSection};
use std::cell::{OnceCell, RefCell};

pub type R = EndianSlice<'static, RunTimeEndian>;
pub type Die<'u> = gimli::DebuggingInformationEntry<'u, 'u, R>;

/// A DIE: index of the unit, offset in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct DieRef {
    pub unit: u32,
    pub offset: u32,
}

pub struct Program {
    pub file: File,
    pub dwarf: Dwarf<R>,
    pub endian: RunTimeEndian,
    pub units: Vec<Unit<R>>,
    /// Start of each unit in .debug_info, ascending.
    starts: Vec<usize>,
    /// Code of the units: `(lo, hi, unit)`, ascending.
    unit_ranges: Vec<(u64, u64, u32)>,
    pub code: Vec<CodeRange>,
    problems: RefCell<Vec<String>>,
    pub lines: OnceCell<Lines>,
    indexes: Vec<OnceCell<UnitIndex>>,
    pub functions: OnceCell<crate::functions::Functions>,
    pub calls: OnceCell<Vec<crate::functions::InlinedCall>>,
    pub statics: OnceCell<Vec<(u64, DieRef)>>,
    pub cfi: OnceCell<crate::cfi::Cfi>,
}

const MAX_PROBLEMS: usize = 40;

fn section(file: &File, name: &str, problems: &mut Vec<String>) -> &'static [u8] {
    let Some(section) = file.section_by_name(name) else { return &[] };
    if matches!(section.flags(), object::SectionFlags::Elf { sh_flags } if sh_flags & u64::from(object::elf::SHF_COMPRESSED) != 0)
    {
        problems.push(format!(
            "{name} is compressed, which is not supported; link without --compress-debug-sections or run `objcopy --decompress-debug-sections`"
        ));
        return &[];
    }
    match section.data() {
        Ok(data) => data,
        Err(_) => {
            problems.push(format!("{name} lies beyond the end of the file, which is probably truncated; copy or build it again"));
            &[]
        }
    }
}

impl Program {
    pub fn open(bytes: &'static [u8]) -> Result<Program, &'static str> {
        if bytes.len() < 4 || bytes[..4] != *b"\x7fELF" {
            return Err("is not an ELF file");
        }
        let file = object::File::parse(bytes).map_err(|_| "has a damaged ELF header or section table")?;
        let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let mut problems = Vec::new();
        let dwarf = Dwarf::load(|id: SectionId| -> Result<R, gimli::Error> {
            Ok(EndianSlice::new(section(&file, id.name(), &mut problems), endian))
        })
        .map_err(|_| "has no readable sections")?;
        let code = elf::code_ranges(&file);
        let mut program = Program {
            file,
            dwarf,
            endian,
            units: Vec::new(),
            starts: Vec::new(),
            unit_ranges: Vec::new(),
            code,
            problems: RefCell::new(problems),
            lines: OnceCell::new(),
            indexes: Vec::new(),
            functions: OnceCell::new(),
            calls: OnceCell::new(),
            statics: OnceCell::new(),
            cfi: OnceCell::new(),
        };
        program.read_units();
        Ok(program)
    }

    fn read_units(&mut self) {
        let mut headers = self.dwarf.units();
        loop {
            let header = match headers.next() {
                Ok(Some(header)) => header,
                Ok(None) => break,
                Err(e) => {
                    self.problem(format!(
                        ".debug_info is damaged ({e}); what comes after unit {} is not known",
                        self.units.len()
                    ));
                    break;
                }
            };
            let UnitSectionOffset::DebugInfoOffset(start) = header.offset() else { continue };
            match self.dwarf.unit(header) {
                Ok(unit) => {
                    if unit.dwo_id.is_some() {
                        self.problem("the debug information is split into .dwo files, which are not read; build without split debug information".into());
                    }
                    self.units.push(unit);
                    self.starts.push(start.0);
                }
                Err(e) => self.problem(format!("the compilation unit at .debug_info+{:#x} is damaged ({e})", start.0)),
            }
        }
        let mut ranges = Vec::new();
        for (index, unit) in self.units.iter().enumerate() {
            let Ok(mut iter) = self.dwarf.unit_ranges(unit) else { continue };
            while let Ok(Some(range)) = iter.next() {
                if range.begin < range.end && self.is_code(range.begin) {
                    ranges.push((range.begin, range.end, index as u32));
                }
            }
        }
        ranges.sort_unstable();
        self.unit_ranges = ranges;
        self.indexes = self.units.iter().map(|_| OnceCell::new()).collect();
    }

    pub fn problem(&self, text: String) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < MAX_PROBLEMS && !problems.contains(&text) {
            problems.push(text);
        }
    }

    pub fn problems(&self) -> Vec<String> {
        self.problems.borrow().clone()
    }

    pub fn is_code(&self, va: u64) -> bool {
        let i = self.code.partition_point(|r| r.0 <= va);
        self.code[..i].iter().rev().any(|r| va < r.1)
    }

    /// Units whose code covers `va`.
    pub fn units_at(&self, va: u64) -> Vec<u32> {
        let i = self.unit_ranges.partition_point(|r| r.0 <= va);
        let mut found = Vec::new();
        // Ranges of units hardly ever overlap; looking a little way back is enough.
        for r in self.unit_ranges[..i].iter().rev().take(16) {
            if va < r.1 && !found.contains(&r.2) {
                found.push(r.2);
            }
        }
        found
    }

    pub fn unit(&self, index: u32) -> &Unit<R> {
        &self.units[index as usize]
    }

    pub fn index(&self, unit: u32) -> &UnitIndex {
        self.indexes[unit as usize].get_or_init(|| UnitIndex::build(self, unit))
    }

    pub fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::build(self))
    }

    pub fn id(&self, die: DieRef) -> u64 {
        self.starts[die.unit as usize] as u64 + u64::from(die.offset)
    }

    pub fn die_by_id(&self, id: u64) -> Option<DieRef> {
        let unit = self.starts.partition_point(|&s| s as u64 <= id).checked_sub(1)?;
        let offset = id - self.starts[unit] as u64;
        let end = self.units[unit].header.length_including_self() as u64;
        (offset < end).then_some(DieRef { unit: unit as u32, offset: offset as u32 })
    }

    pub fn entry(&self, die: DieRef) -> Option<Die<'_>> {
        let unit = self.unit(die.unit);
        match unit.entry(UnitOffset(die.offset as usize)) {
            Ok(entry) => Some(entry),
            Err(e) => {
                self.problem(format!("the entry at .debug_info+{:#x} is damaged ({e})", self.id(die)));
                None
            }
        }
    }

    /// What a reference attribute points to.
    pub fn target(&self, unit: u32, value: &AttributeValue<R>) -> Option<DieRef> {
        match *value {
            AttributeValue::UnitRef(offset) => Some(DieRef { unit, offset: offset.0 as u32 }),
            AttributeValue::DebugInfoRef(offset) => self.die_by_id(offset.0 as u64),
            _ => None,
        }
    }

    pub fn reference(&self, unit: u32, entry: &Die, at: DwAt) -> Option<DieRef> {
        self.target(unit, &attr(entry, at)?)
    }

    pub fn string(&self, unit: u32, value: AttributeValue<R>) -> Option<&'static [u8]> {
        self.dwarf.attr_string(self.unit(unit), value).ok().map(|s| s.slice())
    }

    pub fn name_of(&self, unit: u32, entry: &Die) -> Option<&'static [u8]> {
        self.string(unit, attr(entry, gimli::DW_AT_name)?)
    }

    pub fn language(&self, unit: u32) -> &'static str {
        let unit = self.unit(unit);
        let Ok(root) = unit.entry(unit.header.header_size().into_unit_offset()) else { return "other" };
        match attr(&root, gimli::DW_AT_language) {
            Some(AttributeValue::Language(lang)) => match lang {
                gimli::DW_LANG_Rust => "rust",
                gimli::DW_LANG_C | gimli::DW_LANG_C89 | gimli::DW_LANG_C99 | gimli::DW_LANG_C11 | gimli::DW_LANG_C17 => "c",
                gimli::DW_LANG_C_plus_plus
                | gimli::DW_LANG_C_plus_plus_03
                | gimli::DW_LANG_C_plus_plus_11
                | gimli::DW_LANG_C_plus_plus_14
                | gimli::DW_LANG_C_plus_plus_17
                | gimli::DW_LANG_C_plus_plus_20 => "c++",
                gimli::DW_LANG_Mips_Assembler => "asm",
                _ => "other",
            },
            _ => "other",
        }
    }

    /// The code an entry covers; what the linker threw away is left out.
    pub fn ranges(&self, unit: u32, entry: &Die) -> Vec<(u64, u64)> {
        let mut ranges = Vec::new();
        if let Ok(mut iter) = self.dwarf.die_ranges(self.unit(unit), entry) {
            while let Ok(Some(r)) = iter.next() {
                if r.begin < r.end && self.is_code(r.begin) {
                    ranges.push((r.begin, r.end));
                }
            }
        }
        ranges
    }

    /// The source id of a file attribute, through the unit's line table.
    pub fn source(&self, unit: u32, entry: &Die, at: DwAt) -> Option<u32> {
        let index = match attr(entry, at)? {
            AttributeValue::FileIndex(i) => i,
            other => other.udata_value()?,
        };
        self.lines().file(unit, index)
    }

    pub fn number(&self, entry: &Die, at: DwAt) -> Option<u64> {
        attr(entry, at)?.udata_value()
    }
}

trait IntoUnitOffset {
    fn into_unit_offset(self) -> UnitOffset;
}

impl IntoUnitOffset for usize {
    fn into_unit_offset(self) -> UnitOffset {
        UnitOffset(self)
    }
}

/// An attribute's value; damaged ones count as absent.
pub fn attr(entry: &Die, at: DwAt) -> Option<AttributeValue<R>> {
    entry.attr_value(at).ok().flatten()
}

pub fn flag(entry: &Die, at: DwAt) -> bool {
    matches!(attr(entry, at), Some(AttributeValue::Flag(true)))
}

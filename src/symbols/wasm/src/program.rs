//! One opened file: its bytes, its DWARF units and the caches over them.

use crate::companions::{self, Companions};
use crate::elf::{self, CodeRange, File};
use crate::sections;
use crate::index::UnitIndex;
use crate::lines::Lines;
use gimli::{
    AttributeValue, DebugTypeSignature, DwAt, Dwarf, EndianSlice, RunTimeEndian, SectionId, Unit, UnitHeader, UnitOffset,
    UnitSectionOffset, UnitType,
};
use object::{Object, ObjectSymbol, SymbolKind};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

pub type R = EndianSlice<'static, RunTimeEndian>;
pub type Die<'u> = gimli::DebuggingInformationEntry<'u, 'u, R>;

/// A DIE: index of the unit, offset in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct DieRef {
    pub unit: u32,
    pub offset: u32,
}

/// Which sections a unit lies in: those of the file, of the file that dwz put shared entries into, of a split unit.
pub const OWN: u32 = 0;
pub const ALTERNATE: u32 = 1;
pub const FIRST_SPLIT: u32 = 2;

pub struct Program {
    pub file: File,
    pub dwarf: Dwarf<R>,
    /// The sections of split units, from `FIRST_SPLIT` on.
    splits: Vec<Dwarf<R>>,
    pub endian: RunTimeEndian,
    pub units: Vec<Unit<R>>,
    /// For each unit, the sections it lies in.
    sets: Vec<u32>,
    /// Start of each unit, ascending: in .debug_info of the file, and beyond its end for all other sections.
    starts: Vec<u64>,
    /// Where each set's .debug_info starts in that count.
    bases: Vec<u64>,
    /// Units that are only the skeleton of one that was found elsewhere.
    pub replaced: Vec<bool>,
    signatures: HashMap<DebugTypeSignature, DieRef>,
    /// Files that the debug information is continued in, as it names them.
    pub wanted: Vec<companions::Wanted>,
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
    tls_symbols: OnceCell<HashMap<&'static [u8], u64>>,
}

/// What stands for a name in a file that is not there.
const MISSING_NAME: &[u8] = b"(its name is in the alternate debug file that was not found)";

const MAX_PROBLEMS: usize = 40;

impl Program {
    pub fn open(bytes: &'static [u8], companions: &Companions) -> Result<Program, &'static str> {
        if bytes.len() < 4 || bytes[..4] != *b"\x7fELF" {
            return Err("is not an ELF file");
        }
        let file = object::File::parse(bytes).map_err(|_| "has a damaged ELF header or section table")?;
        let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let mut problems = Vec::new();
        let mut load = |file: &File| {
            Dwarf::load(|id: SectionId| -> Result<R, gimli::Error> {
                Ok(EndianSlice::new(sections::data(file, id.name(), &mut problems), endian))
            })
        };
        let mut dwarf = load(&file).map_err(|_| "has no readable sections")?;
        let alternate = companions.alternate.and_then(|bytes| object::File::parse(bytes).ok());
        if let Some(sup) = alternate.and_then(|file| load(&file).ok()) {
            dwarf.set_sup(sup);
        }
        let code = elf::code_ranges(&file);
        let mut program = Program {
            file,
            dwarf,
            splits: Vec::new(),
            endian,
            units: Vec::new(),
            sets: Vec::new(),
            starts: Vec::new(),
            bases: Vec::new(),
            replaced: Vec::new(),
            signatures: HashMap::new(),
            wanted: Vec::new(),
            unit_ranges: Vec::new(),
            code,
            problems: RefCell::new(problems),
            lines: OnceCell::new(),
            indexes: Vec::new(),
            functions: OnceCell::new(),
            calls: OnceCell::new(),
            statics: OnceCell::new(),
            cfi: OnceCell::new(),
            tls_symbols: OnceCell::new(),
        };
        program.read_units(companions);
        Ok(program)
    }

    fn read_units(&mut self, companions: &Companions) {
        let mut end = 0;
        let (headers, types, size) = headers_of(&self.dwarf, &self.problems);
        self.bases.push(end);
        self.add_units(OWN, headers, types, end);
        end += size;
        let sup = self.dwarf.sup().map(|sup| headers_of(sup, &self.problems));
        self.bases.push(end);
        if let Some((headers, types, size)) = sup {
            self.add_units(ALTERNATE, headers, types, end);
            end += size;
        }
        let own = self.units.len();
        self.replaced = vec![false; own];
        companions::note_alternate(self);
        let skeletons: Vec<u32> = (0..own as u32).filter(|&u| self.unit(u).dwo_id.is_some()).collect();
        let found = companions::splits(self, &skeletons, companions);
        for split in found {
            let set = FIRST_SPLIT + self.splits.len() as u32;
            let (headers, types, size) = headers_of(&split, &self.problems);
            self.splits.push(split);
            self.bases.push(end);
            self.add_units(set, headers, types, end);
            end += size;
        }
        self.replaced.resize(self.units.len(), false);
        let mut at_split: HashMap<u32, u32> = HashMap::new();
        for unit in own as u32..self.units.len() as u32 {
            let Some(id) = self.unit(unit).dwo_id else { continue };
            let Some(&skeleton) = skeletons.iter().find(|&&s| self.unit(s).dwo_id == Some(id)) else { continue };
            let [one, other] = self.units.get_disjoint_mut([skeleton as usize, unit as usize]).expect("two units");
            other.copy_relocated_attributes(one);
            other.line_program = one.line_program.clone();
            other.comp_dir = one.comp_dir;
            self.replaced[skeleton as usize] = true;
            at_split.insert(skeleton, unit);
        }
        companions::note_splits(self, &skeletons);
        let mut ranges = Vec::new();
        for index in 0..own as u32 {
            let speaker = at_split.get(&index).copied().unwrap_or(index);
            let Ok(mut iter) = self.dwarf(index).unit_ranges(self.unit(index)) else { continue };
            while let Ok(Some(range)) = iter.next() {
                if range.begin < range.end && self.is_code(range.begin) {
                    ranges.push((range.begin, range.end, speaker));
                }
            }
        }
        ranges.sort_unstable();
        self.unit_ranges = ranges;
        self.indexes = self.units.iter().map(|_| OnceCell::new()).collect();
    }

    /// Takes the units of one set of sections; those of .debug_types count on after those of .debug_info.
    fn add_units(&mut self, set: u32, headers: Vec<(u64, UnitHeader<R>)>, types: Vec<(u64, UnitHeader<R>)>, base: u64) {
        for (start, header) in headers.into_iter().chain(types) {
            let signature = match header.type_() {
                UnitType::Type { type_signature, type_offset } | UnitType::SplitType { type_signature, type_offset } => {
                    Some((type_signature, type_offset))
                }
                _ => None,
            };
            match self.sections(set).unit(header) {
                Ok(unit) => {
                    if let Some((signature, offset)) = signature {
                        let die = DieRef { unit: self.units.len() as u32, offset: offset.0 as u32 };
                        self.signatures.entry(signature).or_insert(die);
                    }
                    self.units.push(unit);
                    self.sets.push(set);
                    self.starts.push(base + start);
                }
                Err(e) => self.problem(format!("the compilation unit at .debug_info+{start:#x} is damaged ({e})")),
            }
        }
    }

    fn sections(&self, set: u32) -> &Dwarf<R> {
        match set {
            OWN => &self.dwarf,
            ALTERNATE => self.dwarf.sup().unwrap_or(&self.dwarf),
            split => &self.splits[(split - FIRST_SPLIT) as usize],
        }
    }

    /// The sections that a unit lies in.
    pub fn dwarf(&self, unit: u32) -> &Dwarf<R> {
        self.sections(self.sets[unit as usize])
    }

    /// The set whose .debug_line a unit's line table is in: a split unit has that of its skeleton.
    pub fn table_of(&self, unit: u32) -> u32 {
        match self.unit(unit).header.type_() {
            UnitType::Type { .. } | UnitType::SplitType { .. } => self.set_of(unit),
            _ if self.set_of(unit) >= FIRST_SPLIT => OWN,
            _ => self.set_of(unit),
        }
    }

    pub fn set_of(&self, unit: u32) -> u32 {
        self.sets[unit as usize]
    }

    /// Where a thread-local symbol is in the storage of each thread.
    pub fn tls_symbol(&self, name: &[u8]) -> Option<u64> {
        let symbols = self.tls_symbols.get_or_init(|| {
            let tls = self.file.symbols().filter(|s| s.kind() == SymbolKind::Tls && !s.is_undefined());
            tls.filter_map(|s| Some((s.name_bytes().ok()?, s.address()))).collect()
        });
        symbols.get(name).copied()
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
        self.starts[die.unit as usize] + u64::from(die.offset)
    }

    pub fn die_by_id(&self, id: u64) -> Option<DieRef> {
        let unit = self.starts.partition_point(|&s| s <= id).checked_sub(1)?;
        let offset = id - self.starts[unit];
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
            AttributeValue::DebugInfoRef(offset) => self.die_in_set(unit, offset.0 as u64),
            AttributeValue::DebugInfoRefSup(offset) => {
                self.dwarf.sup()?;
                self.die_by_id(self.bases[ALTERNATE as usize] + offset.0 as u64)
            }
            AttributeValue::DebugTypesRef(signature) => self.signatures.get(&signature).copied(),
            _ => None,
        }
    }

    /// The entry at an offset of the .debug_info that a unit lies in.
    pub fn die_in_set(&self, unit: u32, offset: u64) -> Option<DieRef> {
        self.die_by_id(self.bases[self.set_of(unit) as usize] + offset)
    }

    /// Why a reference leads nowhere.
    pub fn why_missing(&self, value: &AttributeValue<R>) -> String {
        match value {
            AttributeValue::DebugInfoRefSup(_) => "it is in the alternate debug file (dwz) that was not found".into(),
            AttributeValue::DebugTypesRef(signature) => {
                format!("its type unit {:#018x} is not in the debug information", signature.0)
            }
            _ => "the reference to its type leads nowhere; the debug information is damaged".into(),
        }
    }

    pub fn reference(&self, unit: u32, entry: &Die, at: DwAt) -> Option<DieRef> {
        self.target(unit, &attr(entry, at)?)
    }

    pub fn string(&self, unit: u32, value: AttributeValue<R>) -> Option<&'static [u8]> {
        if matches!(value, AttributeValue::DebugStrRefSup(_)) && self.dwarf.sup().is_none() {
            return Some(MISSING_NAME);
        }
        self.dwarf(unit).attr_string(self.unit(unit), value).ok().map(|s| s.slice())
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
        if let Ok(mut iter) = self.dwarf(unit).die_ranges(self.unit(unit), entry) {
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

type Headers = Vec<(u64, UnitHeader<R>)>;

/// The units of a set of sections, those of .debug_types apart, and how far their offsets reach.
fn headers_of(dwarf: &Dwarf<R>, problems: &RefCell<Vec<String>>) -> (Headers, Headers, u64) {
    let mut info_size = 0;
    let mut headers = Vec::new();
    let mut iter = dwarf.units();
    loop {
        match iter.next() {
            Ok(Some(header)) => {
                let UnitSectionOffset::DebugInfoOffset(start) = header.offset() else { continue };
                info_size = start.0 as u64 + header.length_including_self() as u64;
                headers.push((start.0 as u64, header));
            }
            Ok(None) => break,
            Err(e) => {
                let count = headers.len();
                problems
                    .borrow_mut()
                    .push(format!(".debug_info is damaged ({e}); what comes after unit {count} is not known"));
                break;
            }
        }
    }
    let mut types = Vec::new();
    let mut end = info_size;
    let mut iter = dwarf.type_units();
    while let Ok(Some(header)) = iter.next() {
        let UnitSectionOffset::DebugTypesOffset(start) = header.offset() else { continue };
        let start = info_size + start.0 as u64;
        end = end.max(start + header.length_including_self() as u64);
        types.push((start, header));
    }
    (headers, types, end)
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

//! The container: header, segments, sections, symbol table, build id.

use crate::json::Json;
use object::read::elf::{FileHeader, ProgramHeader};
use object::{elf, Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind, SymbolSection};
use std::borrow::Cow;

pub type File = object::File<'static, &'static [u8]>;

/// An executable, loaded range of addresses.
pub type CodeRange = (u64, u64);

fn machine(file: &File, bytes: &[u8]) -> Cow<'static, str> {
    use object::Architecture::*;
    match file.architecture() {
        Riscv64 => "riscv64".into(),
        Riscv32 => "riscv32".into(),
        Aarch64 => "aarch64".into(),
        X86_64 => "x86_64".into(),
        I386 => "x86".into(),
        LoongArch64 => "loongarch64".into(),
        _ => {
            let (a, b) = (bytes[18], bytes[19]);
            let number = if file.is_little_endian() { u16::from_le_bytes([a, b]) } else { u16::from_be_bytes([a, b]) };
            format!("elf-machine-{number}").into()
        }
    }
}

fn is_loaded(flags: SectionFlags) -> Option<u64> {
    match flags {
        SectionFlags::Elf { sh_flags } if sh_flags & u64::from(elf::SHF_ALLOC) != 0 => Some(sh_flags),
        _ => None,
    }
}

/// The address ranges that hold code. Debug information about anything else is what the linker threw away.
pub fn code_ranges(file: &File) -> Vec<CodeRange> {
    let mut ranges: Vec<CodeRange> = file
        .sections()
        .filter(|s| is_loaded(s.flags()).is_some_and(|f| f & u64::from(elf::SHF_EXECINSTR) != 0) && s.size() > 0)
        .map(|s| (s.address(), s.address().saturating_add(s.size())))
        .collect();
    if ranges.is_empty() {
        // Without section headers the executable segments must do.
        ranges = segments(file)
            .into_iter()
            .filter(|s| s.flags & elf::PF_X != 0)
            .map(|s| (s.vaddr, s.vaddr.saturating_add(s.memsz)))
            .collect();
    }
    ranges.sort_unstable();
    ranges
}

struct Segment {
    vaddr: u64,
    paddr: u64,
    offset: u64,
    filesz: u64,
    memsz: u64,
    flags: u32,
}

fn loads<'a, H: FileHeader>(headers: &'a [H::ProgramHeader], endian: H::Endian) -> impl Iterator<Item = Segment> + 'a
where
    H::Endian: 'a,
{
    headers.iter().filter(move |p| p.p_type(endian) == elf::PT_LOAD).map(move |p| Segment {
        vaddr: p.p_vaddr(endian).into(),
        paddr: p.p_paddr(endian).into(),
        offset: p.p_offset(endian).into(),
        filesz: p.p_filesz(endian).into(),
        memsz: p.p_memsz(endian).into(),
        flags: p.p_flags(endian),
    })
}

/// Size and alignment of the storage that each thread has.
fn tls_segment(file: &File) -> Option<(u64, u64)> {
    fn find<H: FileHeader>(headers: &[H::ProgramHeader], endian: H::Endian) -> Option<(u64, u64)> {
        let tls = headers.iter().find(|p| p.p_type(endian) == elf::PT_TLS)?;
        Some((tls.p_memsz(endian).into(), tls.p_align(endian).into()))
    }
    match file {
        object::File::Elf64(f) => find::<elf::FileHeader64<object::Endianness>>(f.elf_program_headers(), f.endian()),
        object::File::Elf32(f) => find::<elf::FileHeader32<object::Endianness>>(f.elf_program_headers(), f.endian()),
        _ => None,
    }
}

fn segments(file: &File) -> Vec<Segment> {
    match file {
        object::File::Elf64(f) => loads::<elf::FileHeader64<object::Endianness>>(f.elf_program_headers(), f.endian()).collect(),
        object::File::Elf32(f) => loads::<elf::FileHeader32<object::Endianness>>(f.elf_program_headers(), f.endian()).collect(),
        _ => Vec::new(),
    }
}

/// Everything but the symbols.
pub fn write_header(file: &File, bytes: &[u8], json: &mut Json, problems: &mut Vec<String>) {
    json.key("machine").text(&machine(file, bytes));
    json.key("addressSize").number(if file.is_64() { 8 } else { 4 });
    json.key("isLittleEndian").boolean(file.is_little_endian());
    json.key("entry").big(file.entry());
    json.key("segments").array(|json| {
        for (index, s) in segments(file).iter().enumerate() {
            if s.offset.checked_add(s.filesz).is_none_or(|end| end > bytes.len() as u64) {
                problems.push(format!(
                    "segment {index} reaches beyond the end of the file, which is probably truncated; copy or build it again"
                ));
            }
            json.object(|json| {
                json.key("vaddr").big(s.vaddr);
                json.key("paddr").big(s.paddr);
                json.key("offset").number(s.offset.min(bytes.len() as u64));
                json.key("filesz").big(s.filesz);
                json.key("memsz").big(s.memsz);
                json.key("flags").number(s.flags.into());
            });
        }
    });
    json.key("threadLocal");
    match tls_segment(file) {
        Some((size, alignment)) => json.object(|json| {
            json.key("size").number(size.min(1 << 48));
            json.key("alignment").number(alignment.clamp(1, 1 << 32));
        }),
        None => json.null(),
    }
    json.key("sections").array(|json| {
        for s in file.sections() {
            let loaded = is_loaded(s.flags());
            json.object(|json| {
                json.key("name").bytes_text(s.name_bytes().unwrap_or_default());
                json.key("address").big(if loaded.is_some() { s.address() } else { 0 });
                json.key("offset").number(s.file_range().map_or(0, |r| r.0.min(bytes.len() as u64)));
                json.key("size").big(s.size());
                json.key("isExecutable").boolean(loaded.is_some_and(|f| f & u64::from(elf::SHF_EXECINSTR) != 0));
                json.key("isWritable").boolean(loaded.is_some_and(|f| f & u64::from(elf::SHF_WRITE) != 0));
            });
        }
    });
    json.key("buildId");
    match file.build_id() {
        Ok(Some(id)) => json.hex(id),
        _ => json.null(),
    }
}

/// Takes Rust names apart; others stay as they are.
pub fn demangle(name: &str) -> String {
    match rustc_demangle::try_demangle(name) {
        Ok(d) => format!("{d:#}"),
        Err(_) => name.to_string(),
    }
}

/// Mapping symbols and assembler-local labels say nothing to a person.
fn is_noise(name: &str) -> bool {
    name.is_empty()
        || name.starts_with(".L")
        || (name.starts_with('$') && matches!(name.as_bytes().get(1), Some(b'x' | b'd' | b'a' | b't')))
}

pub fn write_symbols(file: &File, json: &mut Json) {
    json.array(|json| {
        for s in file.symbols() {
            let name = String::from_utf8_lossy(s.name_bytes().unwrap_or_default()).into_owned();
            let kind = match (s.kind(), s.section()) {
                _ if s.is_undefined() => continue,
                (SymbolKind::File, _) => continue,
                (SymbolKind::Section, _) => continue,
                // What they call an address is a place in the storage of each thread.
                (SymbolKind::Tls, _) => continue,
                (_, SymbolSection::Absolute) => "absolute",
                (SymbolKind::Text, _) if s.size() > 0 || is_function(&s) => "function",
                (SymbolKind::Data, _) => "object",
                _ => "label",
            };
            if is_noise(&name) {
                continue;
            }
            json.array(|json| {
                json.text(&name);
                let demangled = demangle(&name);
                json.text(if demangled == name { "" } else { &demangled });
                json.big(s.address());
                json.big(s.size());
                json.text(kind);
                json.number(s.section_index().map_or(0, |i| i.0 as u64));
                json.boolean(s.is_global());
            });
        }
    });
}

fn is_function(s: &object::Symbol<'static, '_, &'static [u8]>) -> bool {
    matches!(s.flags(), object::SymbolFlags::Elf { st_info, .. } if st_info & 15 == elf::STT_FUNC)
}

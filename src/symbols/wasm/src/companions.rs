//! The other files that hold a part of the debug information: dwz's alternate file, and `.dwo` files or their package.

use crate::json::Json;
use crate::program::{attr, Program, R};
use crate::sections;
use gimli::{Dwarf, DwarfFileType, DwarfPackage, EndianSlice, SectionId};
use object::Object;

/// The bytes of the files that were found.
#[derive(Default)]
pub struct Companions {
    pub alternate: Option<&'static [u8]>,
    pub splits: Vec<&'static [u8]>,
}

/// A file that is named.
pub struct Wanted {
    pub kind: &'static str,
    pub path: String,
    pub directory: String,
    pub build_id: Vec<u8>,
    pub is_found: bool,
}

/// Writes what is named, and the debug file that the file itself names.
pub fn write_wanted(program: &Program, json: &mut Json) {
    json.key("companions").array(|json| {
        if let Ok(Some((name, _))) = program.file.gnu_debuglink() {
            json.object(|json| {
                json.key("kind").text("debug");
                json.key("path").bytes_text(name);
                json.key("directory").text("");
                json.key("buildId").text("");
                json.key("isFound").boolean(false);
            });
        }
        for wanted in &program.wanted {
            json.object(|json| {
                json.key("kind").text(wanted.kind);
                json.key("path").text(&wanted.path);
                json.key("directory").text(&wanted.directory);
                json.key("buildId").hex(&wanted.build_id);
                json.key("isFound").boolean(wanted.is_found);
            });
        }
    });
}

/// Notes the alternate file that the file names. DWARF 5's section .debug_sup is that of GNU in other clothes.
pub fn note_alternate(program: &mut Program) {
    let named = match program.file.gnu_debugaltlink() {
        Ok(Some((path, id))) => Some((String::from_utf8_lossy(path).into_owned(), id.to_vec())),
        _ => debug_sup(program),
    };
    let Some((path, build_id)) = named else { return };
    let is_found = program.dwarf.sup().is_some();
    if !is_found {
        program.problem(format!(
            "its debug information is continued in {path}, made by dwz, which was not found; types, names and variables there are missing; put the file beside the program or into a folder of debugFileDirectories"
        ));
    }
    program.wanted.push(Wanted { kind: "alternate", path, directory: String::new(), build_id, is_found });
}

/// Version, whether it is the supplementary file itself, its name, the length of the checksum and the checksum.
fn debug_sup(program: &Program) -> Option<(String, Vec<u8>)> {
    use gimli::Reader;
    let mut problems = Vec::new();
    let mut reader = EndianSlice::new(sections::data(&program.file, ".debug_sup", &mut problems), program.endian);
    let _version = reader.read_u16().ok()?;
    if reader.read_u8().ok()? != 0 {
        return None;
    }
    let path = reader.read_null_terminated_slice().ok()?;
    let length = reader.read_uleb128().ok()? as usize;
    let id = reader.split(length).ok()?;
    Some((path.to_string_lossy().into_owned(), id.slice().to_vec()))
}

/// The sections of the split units that were found, for skeletons that name them.
pub fn splits(program: &Program, skeletons: &[u32], companions: &Companions) -> Vec<Dwarf<R>> {
    let mut found = Vec::new();
    for bytes in &companions.splits {
        let Ok(file) = object::File::parse(*bytes) else {
            program.problem("a file of split debug information is damaged; build the program again".into());
            continue;
        };
        let mut problems = Vec::new();
        let mut load = |id: SectionId| -> Result<R, gimli::Error> {
            let name = id.dwo_name().unwrap_or(id.name());
            Ok(EndianSlice::new(sections::data(&file, name, &mut problems), program.endian))
        };
        if file.section_by_name(".debug_cu_index").is_some() {
            let empty = EndianSlice::new(&[][..], program.endian);
            let Ok(package) = DwarfPackage::load(load, empty) else {
                program.problem("a package of split debug information (.dwp) is damaged; build the program again".into());
                continue;
            };
            for &skeleton in skeletons {
                let Some(id) = program.unit(skeleton).dwo_id else { continue };
                found.extend(package.find_cu(id, &program.dwarf).ok().flatten());
            }
            for row in 1..=package.tu_index.unit_count() {
                found.extend(package.tu_sections(row, &program.dwarf).ok());
            }
        } else if let Ok(mut dwarf) = Dwarf::load(&mut load) {
            dwarf.file_type = DwarfFileType::Dwo;
            dwarf.make_dwo(&program.dwarf);
            found.push(dwarf);
        }
        problems.into_iter().for_each(|p| program.problem(p));
    }
    found
}

/// Notes the files of all skeletons, and says which are missing.
pub fn note_splits(program: &mut Program, skeletons: &[u32]) {
    let mut missing = Vec::new();
    let mut wanted = Vec::new();
    for &skeleton in skeletons {
        let unit = program.unit(skeleton);
        let text = |value| program.string(skeleton, value).map(|s| String::from_utf8_lossy(s).into_owned());
        let Some(path) = unit.dwo_name().ok().flatten().and_then(text) else { continue };
        let directory = unit.comp_dir.map(|d| d.to_string_lossy().into_owned()).unwrap_or_default();
        let is_found = program.replaced[skeleton as usize];
        if !is_found {
            missing.push(path.clone());
        }
        wanted.push(Wanted { kind: "split", path, directory, build_id: Vec::new(), is_found });
    }
    if let Some(first) = missing.first() {
        let more = if missing.len() == 1 { String::new() } else { format!(" and {} more", missing.len() - 1) };
        program.problem(format!(
            "its debug information is split: {first}{more} was not found, so that types and variables are missing; put the .dwo files where they were built or beside the program, or a .dwp file beside it"
        ));
    }
    program.wanted.extend(wanted);
}

/// The root entry's attribute of a unit, for what gimli does not read itself.
pub fn root_attr(program: &Program, unit: u32, at: gimli::DwAt) -> Option<gimli::AttributeValue<R>> {
    let mut entries = program.unit(unit).entries();
    entries.next_dfs().ok()?;
    attr(entries.current()?, at)
}

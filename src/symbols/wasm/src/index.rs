//! What one compilation unit declares, found in one pass over its entries: functions and their copies,
//! types and static variables with the namespaces they are in.

use crate::program::{DieRef, Program, R};
use gimli::{AttributeValue, DwAt, Unit, UnitOffset};

/// A name with the namespace (or type, or function) it is declared in: an index into `contexts`.
pub struct Named {
    pub offset: u32,
    pub context: u32,
    pub name: &'static [u8],
    pub is_declaration: bool,
}

/// A function entry. `origin` leads to the entry that has the name, when this one is a copy or a definition of a declaration.
pub struct Subprogram {
    pub offset: u32,
    pub context: u32,
    pub name: &'static [u8],
    pub linkage: &'static [u8],
    pub origin: Option<DieRef>,
    pub has_code: bool,
}

/// An inlined copy: its entry, the function it is a copy of, and where it was called.
pub struct Inlined {
    pub offset: u32,
    pub origin: DieRef,
    pub file: u64,
    pub line: u32,
    pub column: u32,
}

pub struct Static {
    pub named: Named,
    pub address: Option<u64>,
}

#[derive(Default)]
pub struct UnitIndex {
    /// `(parent, name)`; the first is the root.
    contexts: Vec<(u32, &'static [u8])>,
    /// Contexts that are functions, ascending.
    function_contexts: Vec<u32>,
    pub subprograms: Vec<Subprogram>,
    pub inlined: Vec<Inlined>,
    /// Code of the subprograms, ascending: `(lo, hi, entry)`.
    pub code: Vec<(u64, u64, u32)>,
    pub types: Vec<Named>,
    pub statics: Vec<Static>,
    /// Variables and static members that are defined elsewhere.
    declarations: Vec<Named>,
    /// `(enumeration, entry, name)`.
    pub enumerators: Vec<(u32, u32, &'static [u8])>,
    last_enumeration: u32,
}

#[derive(Default)]
struct Attrs {
    name: Option<AttributeValue<R>>,
    linkage: Option<AttributeValue<R>>,
    origin: Option<AttributeValue<R>>,
    location: Option<AttributeValue<R>>,
    low: Option<AttributeValue<R>>,
    ranges: bool,
    constant: bool,
    is_declaration: bool,
    call_file: u64,
    call_line: u64,
    call_column: u64,
}

impl UnitIndex {
    pub fn build(program: &Program, unit: u32) -> UnitIndex {
        let mut index = UnitIndex { contexts: vec![(0, b"")], ..UnitIndex::default() };
        if let Err(e) = index.read(program, unit) {
            program.problem(format!(
                "the entries of a compilation unit are damaged ({e}); some functions, types and variables are missing"
            ));
        }
        let mut with_code: Vec<u32> = index.subprograms.iter().filter(|s| s.has_code).map(|s| s.offset).collect();
        with_code.dedup();
        for offset in with_code {
            if let Some(entry) = program.entry(DieRef { unit, offset }) {
                index.code.extend(program.ranges(unit, &entry).into_iter().map(|(lo, hi)| (lo, hi, offset)));
            }
        }
        index.code.sort_unstable();
        index
    }

    fn read(&mut self, program: &Program, unit_index: u32) -> gimli::Result<()> {
        let unit = program.unit(unit_index);
        let mut entries = unit.entries_raw(None)?;
        let mut stack: Vec<(isize, u32)> = Vec::new();
        while !entries.is_empty() {
            let offset = entries.next_offset().0 as u32;
            let depth = entries.next_depth();
            let Some(abbreviation) = entries.read_abbreviation()? else { continue };
            while stack.last().is_some_and(|&(d, _)| d >= depth) {
                stack.pop();
            }
            let context = stack.last().map_or(0, |&(_, c)| c);
            let tag = abbreviation.tag();
            // Of fields only those that lie outside the object: static ones.
            let is_static_member = tag == gimli::DW_TAG_member
                && abbreviation.attributes().iter().any(|a| matches!(a.name(), gimli::DW_AT_external | gimli::DW_AT_declaration));
            if !is_interesting(tag) && !is_static_member {
                entries.skip_attributes(abbreviation.attributes())?;
                continue;
            }
            let mut attrs = Attrs::default();
            for spec in abbreviation.attributes() {
                attrs.take(spec.name(), &entries.read_attribute(*spec)?);
            }
            let name = attrs.name.and_then(|v| program.string(unit_index, v));
            if let Some(new_context) = self.add(program, unit_index, unit, tag, offset, context, name, attrs) {
                if abbreviation.has_children() {
                    self.contexts.push((context, new_context));
                    if tag == gimli::DW_TAG_subprogram {
                        self.function_contexts.push(self.contexts.len() as u32 - 1);
                    }
                    stack.push((depth, self.contexts.len() as u32 - 1));
                }
            }
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn add(
        &mut self,
        program: &Program,
        unit_index: u32,
        unit: &Unit<R>,
        tag: gimli::DwTag,
        offset: u32,
        context: u32,
        name: Option<&'static [u8]>,
        attrs: Attrs,
    ) -> Option<&'static [u8]> {
        let plain_name = name.unwrap_or_default();
        let named = Named { offset, context, name: plain_name, is_declaration: attrs.is_declaration };
        match tag {
            gimli::DW_TAG_namespace | gimli::DW_TAG_module => Some(name.unwrap_or(b"(anonymous namespace)")),
            gimli::DW_TAG_subprogram => {
                let origin = attrs.origin.as_ref().and_then(|v| program.target(unit_index, v));
                self.subprograms.push(Subprogram {
                    offset,
                    context,
                    name: plain_name,
                    linkage: attrs.linkage.and_then(|v| program.string(unit_index, v)).unwrap_or_default(),
                    origin,
                    has_code: attrs.ranges
                        || attrs.low.is_some_and(|v| {
                            program.dwarf(unit_index).attr_address(unit, v).ok().flatten().is_some_and(|lo| program.is_code(lo))
                        }),
                });
                Some(plain_name)
            }
            gimli::DW_TAG_inlined_subroutine => {
                if let Some(origin) = attrs.origin.as_ref().and_then(|v| program.target(unit_index, v)) {
                    if attrs.ranges || attrs.low.is_some() {
                        self.inlined.push(Inlined {
                            offset,
                            origin,
                            file: attrs.call_file,
                            line: attrs.call_line.min(u64::from(u32::MAX)) as u32,
                            column: attrs.call_column.min(u64::from(u32::MAX)) as u32,
                        });
                    }
                }
                None
            }
            gimli::DW_TAG_variable | gimli::DW_TAG_member => {
                let is_defined = attrs.location.is_some();
                let place = attrs.location.map_or(Place::None, |v| static_place(program, unit_index, unit, v));
                let address = if let Place::Address(address) = place { Some(address) } else { None };
                // A constant in a function is a local the compiler folded.
                let is_constant = attrs.constant && !self.is_in_function(context);
                // Some compilers leave out where a thread-local variable is; its symbol tells.
                let is_bare = !is_defined && !attrs.constant && !attrs.is_declaration && !self.is_in_function(context);
                let origin = attrs.origin.as_ref().and_then(|v| program.target(unit_index, v));
                // Literals have no names: nobody asks for them.
                let is_named = name.is_some() || origin.is_some();
                let is_thread_local = matches!(place, Place::ThreadLocal) || (is_bare && is_tls_symbol(program, &attrs, unit_index, plain_name));
                if is_named && (address.is_some() || is_constant || is_thread_local) {
                    self.statics.push(Static { named, address });
                } else if attrs.is_declaration || tag == gimli::DW_TAG_member {
                    self.declarations.push(named);
                }
                None
            }
            gimli::DW_TAG_enumerator => {
                let owner = self.last_enumeration;
                self.enumerators.push((owner, offset, plain_name));
                None
            }
            _ => {
                if tag == gimli::DW_TAG_enumeration_type {
                    self.last_enumeration = offset;
                }
                if name.is_some() {
                    self.types.push(named);
                }
                has_scope(tag).then_some(plain_name)
            }
        }
    }

    fn is_in_function(&self, context: u32) -> bool {
        let mut at = context;
        while at != 0 {
            if self.function_contexts.binary_search(&at).is_ok() {
                return true;
            }
            at = self.contexts[at as usize].0;
        }
        false
    }

    /// The namespaces around something, joined with `::`, and its own name.
    pub fn qualified(&self, context: u32, name: &[u8]) -> String {
        let mut parts: Vec<&[u8]> = Vec::new();
        let mut at = context;
        while at != 0 {
            let (parent, part) = self.contexts[at as usize];
            if !part.is_empty() {
                parts.push(part);
            }
            at = parent;
        }
        parts.reverse();
        if !name.is_empty() {
            parts.push(name);
        }
        parts.iter().map(|p| String::from_utf8_lossy(p)).collect::<Vec<_>>().join("::")
    }

    pub fn type_at(&self, offset: u32) -> Option<&Named> {
        self.types.binary_search_by_key(&offset, |t| t.offset).ok().map(|i| &self.types[i])
    }

    pub fn subprogram_at(&self, offset: u32) -> Option<&Subprogram> {
        self.subprograms.binary_search_by_key(&offset, |s| s.offset).ok().map(|i| &self.subprograms[i])
    }

    /// A variable that is only declared there.
    pub fn declaration_at(&self, offset: u32) -> Option<&Named> {
        self.declarations.binary_search_by_key(&offset, |d| d.offset).ok().map(|i| &self.declarations[i])
    }

    pub fn static_at(&self, offset: u32) -> Option<&Static> {
        self.statics.binary_search_by_key(&offset, |s| s.named.offset).ok().map(|i| &self.statics[i])
    }

    /// The function whose own code covers `va`: the smallest range, as a nested function may lie in another's.
    pub fn function_at(&self, va: u64) -> Option<(u64, u64, u32)> {
        let i = self.code.partition_point(|r| r.0 <= va);
        self.code[..i].iter().rev().take(64).filter(|r| va < r.1).min_by_key(|r| r.1 - r.0).copied()
    }
}

impl Attrs {
    fn take(&mut self, name: DwAt, attribute: &gimli::Attribute<R>) {
        match name {
            gimli::DW_AT_name => self.name = Some(attribute.value()),
            gimli::DW_AT_linkage_name | gimli::DW_AT_MIPS_linkage_name => self.linkage = Some(attribute.value()),
            gimli::DW_AT_abstract_origin | gimli::DW_AT_specification => self.origin = Some(attribute.value()),
            gimli::DW_AT_location => self.location = Some(attribute.value()),
            gimli::DW_AT_low_pc => self.low = Some(attribute.value()),
            gimli::DW_AT_ranges => self.ranges = true,
            gimli::DW_AT_const_value => self.constant = true,
            gimli::DW_AT_call_file => {
                self.call_file = match attribute.value() {
                    AttributeValue::FileIndex(i) => i,
                    other => other.udata_value().unwrap_or(0),
                }
            }
            gimli::DW_AT_call_line => self.call_line = attribute.udata_value().unwrap_or(0),
            gimli::DW_AT_call_column => self.call_column = attribute.udata_value().unwrap_or(0),
            gimli::DW_AT_declaration => self.is_declaration = matches!(attribute.value(), AttributeValue::Flag(true)),
            _ => {}
        }
    }
}

fn has_scope(tag: gimli::DwTag) -> bool {
    matches!(
        tag,
        gimli::DW_TAG_structure_type | gimli::DW_TAG_class_type | gimli::DW_TAG_union_type | gimli::DW_TAG_enumeration_type
    )
}

fn is_interesting(tag: gimli::DwTag) -> bool {
    has_scope(tag)
        || matches!(
            tag,
            gimli::DW_TAG_namespace
                | gimli::DW_TAG_module
                | gimli::DW_TAG_subprogram
                | gimli::DW_TAG_inlined_subroutine
                | gimli::DW_TAG_variable
                | gimli::DW_TAG_base_type
                | gimli::DW_TAG_typedef
                | gimli::DW_TAG_pointer_type
                | gimli::DW_TAG_template_alias
                | gimli::DW_TAG_enumerator
        )
}

/// What the location of a variable says without a frame.
enum Place {
    None,
    Address(u64),
    ThreadLocal,
}

/// The address of a variable whose location is simply an address, or that it is one for each thread.
fn static_place(program: &Program, unit_index: u32, unit: &Unit<R>, location: AttributeValue<R>) -> Place {
    let AttributeValue::Exprloc(expression) = location else { return Place::None };
    let mut operations = expression.operations(unit.encoding());
    let first = operations.next().ok().flatten();
    if matches!(operations.next(), Ok(Some(gimli::Operation::TLS))) {
        return Place::ThreadLocal;
    }
    match first {
        Some(gimli::Operation::Address { address }) => Place::Address(address),
        Some(gimli::Operation::AddressIndex { index }) => {
            program.dwarf(unit_index).address(unit, index).map_or(Place::None, Place::Address)
        }
        _ => Place::None,
    }
}

fn is_tls_symbol(program: &Program, attrs: &Attrs, unit: u32, name: &[u8]) -> bool {
    let linkage = attrs.linkage.and_then(|v| program.string(unit, v));
    program.tls_symbol(linkage.unwrap_or(name)).is_some()
}

/// The name of a function as a person knows it, and its linkage name.
pub fn function_name(program: &Program, die: DieRef) -> (String, Option<&'static [u8]>) {
    let mut at = die;
    let mut fallback = String::new();
    // A copy leads to its abstract function, a definition to its declaration; more steps than that are damage.
    for _ in 0..8 {
        let index = program.index(at.unit);
        let Some(subprogram) = index.subprogram_at(at.offset) else { break };
        if !subprogram.linkage.is_empty() {
            let linkage = String::from_utf8_lossy(subprogram.linkage);
            let demangled = crate::elf::demangle(&linkage);
            if demangled != linkage {
                return (demangled, Some(subprogram.linkage));
            }
            if fallback.is_empty() && subprogram.name.is_empty() {
                fallback = linkage.into_owned();
            }
        }
        if !subprogram.name.is_empty() {
            fallback = index.qualified(subprogram.context, subprogram.name);
        }
        match subprogram.origin {
            Some(origin) => at = origin,
            None => break,
        }
    }
    (fallback, None)
}

/// The unit offset of an entry within its unit.
pub fn unit_offset(offset: u32) -> UnitOffset {
    UnitOffset(offset as usize)
}

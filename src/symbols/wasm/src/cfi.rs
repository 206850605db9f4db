//! Call frame information: which rule gives each register of the caller.

use crate::expr::{self, Context};
use crate::json::Json;
use crate::program::{Program, R};
use gimli::{
    BaseAddresses, CfaRule, CieOrFde, DebugFrame, EhFrame, EndianSlice, FrameDescriptionEntry, RegisterRule, UnwindContext,
    UnwindExpression, UnwindSection,
};
use object::{Object, ObjectSection as _};

pub struct Cfi {
    debug_frame: DebugFrame<R>,
    eh_frame: EhFrame<R>,
    bases: BaseAddresses,
    /// `(lo, hi, offset of the entry, whether in .eh_frame)`, ascending.
    entries: Vec<(u64, u64, usize, bool)>,
}

impl Cfi {
    fn build(program: &Program) -> Cfi {
        let data = |name: &str| {
            let mut problems = Vec::new();
            let found = crate::sections::data(&program.file, name, &mut problems);
            problems.into_iter().for_each(|p| program.problem(p));
            found
        };
        let address = |name: &str| program.file.section_by_name(name).map(|s| s.address());
        let address_size = if program.file.is_64() { 8 } else { 4 };
        let mut bases = BaseAddresses::default();
        if let Some(a) = address(".eh_frame") {
            bases = bases.set_eh_frame(a);
        }
        if let Some(a) = address(".text") {
            bases = bases.set_text(a);
        }
        if let Some(a) = address(".got") {
            bases = bases.set_got(a);
        }
        let mut debug_frame = DebugFrame::from(EndianSlice::new(data(".debug_frame"), program.endian));
        debug_frame.set_address_size(address_size);
        let mut eh_frame = EhFrame::from(EndianSlice::new(data(".eh_frame"), program.endian));
        eh_frame.set_address_size(address_size);
        if program.file.architecture() == object::Architecture::Aarch64 {
            debug_frame.set_vendor(gimli::Vendor::AArch64);
            eh_frame.set_vendor(gimli::Vendor::AArch64);
        }
        let mut entries = Vec::new();
        list(program, &debug_frame, &bases, false, &mut entries);
        list(program, &eh_frame, &bases, true, &mut entries);
        entries.sort_unstable();
        Cfi { debug_frame, eh_frame, bases, entries }
    }
}

fn list<S: UnwindSection<R>>(
    program: &Program,
    section: &S,
    bases: &BaseAddresses,
    is_eh: bool,
    out: &mut Vec<(u64, u64, usize, bool)>,
) {
    let mut entries = section.entries(bases);
    loop {
        match entries.next() {
            Ok(Some(CieOrFde::Fde(partial))) => match partial.parse(S::cie_from_offset) {
                Ok(fde) if program.is_code(fde.initial_address()) => {
                    out.push((fde.initial_address(), fde.end_address(), fde.offset(), is_eh))
                }
                Ok(_) => {}
                Err(e) => {
                    program.problem(format!("an entry of the call frame information is damaged ({e}); some stacks end early"))
                }
            },
            Ok(Some(CieOrFde::Cie(_))) => {}
            Ok(None) => return,
            Err(e) => return program.problem(format!("the call frame information is damaged ({e}); stacks may end early")),
        }
    }
}

struct Writer<'a, S> {
    program: &'a Program,
    section: &'a S,
    encoding: gimli::Encoding,
}

impl<S: UnwindSection<R>> Writer<'_, S> {
    fn ops(&self, expression: &UnwindExpression<usize>, json: &mut Json) {
        let context = Context { program: self.program, unit: None, encoding: self.encoding, nesting: 0 };
        json.key("ops");
        match expression.get(self.section) {
            Ok(e) => expr::write_ops(context, e, json),
            Err(_) => json.array(|_| {}),
        }
    }

    fn rule(&self, rule: &RegisterRule<usize>, json: &mut Json) {
        json.object(|json| {
            let mut kind = |k: &str| json.key("kind").text(k);
            match rule {
                RegisterRule::Undefined | RegisterRule::Architectural => kind("undefined"),
                RegisterRule::SameValue => kind("sameValue"),
                RegisterRule::Offset(n) => {
                    kind("offset");
                    json.key("offset").big_signed((*n).into());
                }
                RegisterRule::ValOffset(n) => {
                    kind("valOffset");
                    json.key("offset").big_signed((*n).into());
                }
                RegisterRule::Register(r) => {
                    kind("register");
                    json.key("register").number(r.0.into());
                }
                RegisterRule::Expression(e) => {
                    kind("expression");
                    self.ops(e, json);
                }
                RegisterRule::ValExpression(e) => {
                    kind("valExpression");
                    self.ops(e, json);
                }
                RegisterRule::Constant(n) => {
                    kind("constant");
                    json.key("value").big(*n);
                }
                _ => kind("undefined"),
            }
        });
    }

    /// Whether the return address is said to be undefined, which marks the outermost frame. The rows of gimli
    /// do not tell that from "not mentioned", so the instructions are looked through.
    fn is_outermost(&self, fde: &FrameDescriptionEntry<R>, bases: &BaseAddresses, va: u64) -> bool {
        use gimli::CallFrameInstruction::*;
        let ra = fde.cie().return_address_register();
        let mut undefined = false;
        let mut location = fde.initial_address();
        let mut lists = [fde.cie().instructions(self.section, bases), fde.instructions(self.section, bases)];
        for list in &mut lists {
            while let Ok(Some(instruction)) = list.next() {
                match instruction {
                    SetLoc { address } => location = address,
                    AdvanceLoc { delta } => {
                        location = location.wrapping_add(u64::from(delta).wrapping_mul(fde.cie().code_alignment_factor()));
                    }
                    Undefined { register } if register == ra => undefined = true,
                    Offset { register, .. }
                    | OffsetExtendedSf { register, .. }
                    | SameValue { register }
                    | Restore { register }
                        if register == ra =>
                    {
                        undefined = false;
                    }
                    Register { dest_register, .. } if dest_register == ra => undefined = false,
                    _ => {}
                }
                if location > va {
                    return undefined;
                }
            }
        }
        undefined
    }

    fn row(&self, fde: &FrameDescriptionEntry<R>, bases: &BaseAddresses, va: u64, json: &mut Json) -> gimli::Result<()> {
        let mut context = UnwindContext::new();
        let row = fde.unwind_info_for_address(self.section, bases, &mut context, va)?;
        json.object(|json| {
            json.key("lo").big(row.start_address());
            json.key("hi").big(row.end_address().min(fde.end_address()));
            json.key("returnAddressRegister").number(fde.cie().return_address_register().0.into());
            json.key("isSignalFrame").boolean(fde.is_signal_trampoline());
            json.key("cfa").object(|json| match row.cfa() {
                CfaRule::RegisterAndOffset { register, offset } => {
                    json.key("kind").text("registerOffset");
                    json.key("register").number(register.0.into());
                    json.key("offset").big_signed((*offset).into());
                }
                CfaRule::Expression(e) => {
                    json.key("kind").text("expression");
                    self.ops(e, json);
                }
            });
            json.key("registers").array(|json| {
                if self.is_outermost(fde, bases, va) {
                    json.array(|json| {
                        json.number(fde.cie().return_address_register().0.into());
                        self.rule(&RegisterRule::Undefined, json);
                    });
                }
                for (register, rule) in row.registers() {
                    json.array(|json| {
                        json.number(register.0.into());
                        self.rule(rule, json);
                    });
                }
            });
        });
        Ok(())
    }
}

fn write_from<S: UnwindSection<R>>(
    program: &Program,
    cfi: &Cfi,
    section: &S,
    offset: usize,
    va: u64,
    json: &mut Json,
) -> gimli::Result<()> {
    let fde = section.fde_from_offset(&cfi.bases, S::Offset::from(offset), S::cie_from_offset)?;
    let encoding = fde.cie().encoding();
    Writer { program, section, encoding }.row(&fde, &cfi.bases, va, json)
}

/// Writes the row that covers `va`, or `null`.
pub fn write_row(program: &Program, va: u64, json: &mut Json) {
    let cfi = program.cfi.get_or_init(|| Cfi::build(program));
    let i = cfi.entries.partition_point(|e| e.0 <= va);
    for &(_, hi, offset, is_eh) in cfi.entries[..i].iter().rev().take(8) {
        if va >= hi {
            continue;
        }
        let mut attempt = Json::new();
        let result = if is_eh {
            write_from(program, cfi, &cfi.eh_frame, offset, va, &mut attempt)
        } else {
            write_from(program, cfi, &cfi.debug_frame, offset, va, &mut attempt)
        };
        match result {
            Ok(()) => {
                *json = attempt;
                return;
            }
            Err(e) => {
                program.problem(format!("the call frame information at {va:#x} is damaged ({e}); stacks through it end early"))
            }
        }
    }
    json.null();
}

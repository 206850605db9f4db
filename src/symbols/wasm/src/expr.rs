//! DWARF expressions and location lists as data: the TypeScript side evaluates them.

use crate::json::Json;
use crate::program::{attr, DieRef, Program, R};
use gimli::{AttributeValue, DieReference, Encoding, Expression, Operation, UnitOffset};

/// Writes the operations of an expression attribute.
pub fn write_expression(program: &Program, unit: u32, expression: Expression<R>, json: &mut Json) {
    write_ops(Context::of_unit(program, unit), expression, json);
}

const MAX_OPS: usize = 4096;
const MAX_NESTING: u32 = 4;

/// Where the expression came from: call frame information has no unit.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub program: &'a Program,
    pub unit: Option<u32>,
    pub encoding: Encoding,
    pub nesting: u32,
}

impl<'a> Context<'a> {
    pub fn of_unit(program: &'a Program, unit: u32) -> Context<'a> {
        Context { program, unit: Some(unit), encoding: program.unit(unit).encoding(), nesting: 0 }
    }
}

fn signed(n: i64, json: &mut Json) {
    json.big_signed(n.into());
}

pub fn encoding_name(encoding: gimli::DwAte) -> &'static str {
    match encoding {
        gimli::DW_ATE_signed => "signed",
        gimli::DW_ATE_unsigned => "unsigned",
        gimli::DW_ATE_signed_char => "signedChar",
        gimli::DW_ATE_unsigned_char => "unsignedChar",
        gimli::DW_ATE_boolean => "bool",
        gimli::DW_ATE_float => "float",
        gimli::DW_ATE_UTF | gimli::DW_ATE_UCS | gimli::DW_ATE_ASCII => "utf",
        gimli::DW_ATE_address => "address",
        _ => "other",
    }
}

fn base_type(context: Context, offset: UnitOffset, json: &mut Json) {
    let entry = match (context.unit, offset.0) {
        (Some(unit), offset) if offset != 0 => context.program.entry(DieRef { unit, offset: offset as u32 }),
        _ => None,
    };
    let Some(entry) = entry else { return };
    let encoding = match attr(&entry, gimli::DW_AT_encoding) {
        Some(AttributeValue::Encoding(e)) => encoding_name(e),
        _ => "other",
    };
    json.key("type").object(|json| {
        json.key("size").number(context.program.number(&entry, gimli::DW_AT_byte_size).unwrap_or(8).min(64));
        json.key("encoding").text(encoding);
    });
}

/// Writes the operations as an array.
pub fn write_ops(context: Context, expression: Expression<R>, json: &mut Json) {
    let total = expression.0.slice().len();
    let mut iter = expression.operations(context.encoding);
    let mut ops = Vec::new();
    let mut starts = Vec::new();
    loop {
        let at = iter.offset_from(&expression);
        match iter.next() {
            Ok(Some(op)) if ops.len() < MAX_OPS => {
                starts.push((at, iter.offset_from(&expression)));
                ops.push(Some(op));
            }
            Ok(None) => break,
            _ => {
                starts.push((at, total));
                ops.push(None);
                break;
            }
        }
    }
    let index_of = |from: usize, distance: i16| -> usize {
        let target = starts[from].1 as i64 + i64::from(distance);
        if target == total as i64 {
            return starts.len();
        }
        starts.iter().position(|s| s.0 as i64 == target).unwrap_or(MAX_OPS + 1)
    };
    json.array(|json| {
        for (i, op) in ops.iter().enumerate() {
            json.object(|json| match op {
                Some(op) => write_op(context, op, i, &index_of, json),
                None => unsupported("a damaged operation", json),
            });
        }
    });
}

fn unsupported(name: &str, json: &mut Json) {
    json.key("op").text("unsupported");
    json.key("name").text(name);
}

fn write_op(context: Context, op: &Operation<R>, at: usize, index_of: &dyn Fn(usize, i16) -> usize, json: &mut Json) {
    let simple = |name: &str, json: &mut Json| json.key("op").text(name);
    let what = |kind: &str, name: &str, json: &mut Json| {
        json.key("op").text(kind);
        json.key("what").text(name);
    };
    let constant = |value: u64, json: &mut Json| {
        json.key("op").text("const");
        json.key("value").big(value);
    };
    let static_address = |address: u64, json: &mut Json| {
        json.key("op").text("address");
        json.key("value").big(address);
    };
    match *op {
        Operation::Deref { size, space: false, base_type: t } => {
            json.key("op").text("deref");
            json.key("size").number(size.into());
            base_type(context, t, json);
        }
        Operation::Deref { .. } => unsupported("an address space", json),
        Operation::Drop => simple("drop", json),
        Operation::Pick { index } => {
            simple("pick", json);
            json.key("index").number(index.into());
        }
        Operation::Swap => simple("swap", json),
        Operation::Rot => simple("rot", json),
        Operation::Abs => what("unary", "abs", json),
        Operation::Neg => what("unary", "neg", json),
        Operation::Not => what("unary", "not", json),
        Operation::And => what("binary", "and", json),
        Operation::Div => what("binary", "div", json),
        Operation::Minus => what("binary", "minus", json),
        Operation::Mod => what("binary", "mod", json),
        Operation::Mul => what("binary", "mul", json),
        Operation::Or => what("binary", "or", json),
        Operation::Plus => what("binary", "plus", json),
        Operation::Shl => what("binary", "shl", json),
        Operation::Shr => what("binary", "shr", json),
        Operation::Shra => what("binary", "shra", json),
        Operation::Xor => what("binary", "xor", json),
        Operation::Eq => what("binary", "eq", json),
        Operation::Ge => what("binary", "ge", json),
        Operation::Gt => what("binary", "gt", json),
        Operation::Le => what("binary", "le", json),
        Operation::Lt => what("binary", "lt", json),
        Operation::Ne => what("binary", "ne", json),
        Operation::PlusConstant { value } => {
            simple("plusConst", json);
            json.key("value").big(value);
        }
        Operation::Bra { target } => {
            simple("branchIf", json);
            json.key("target").number(index_of(at, target) as u64);
        }
        Operation::Skip { target } => {
            simple("skip", json);
            json.key("target").number(index_of(at, target) as u64);
        }
        Operation::UnsignedConstant { value } => constant(value, json),
        Operation::SignedConstant { value } => {
            simple("const", json);
            signed(value, json.key("value"));
        }
        Operation::Register { register } => {
            simple("register", json);
            json.key("register").number(register.0.into());
        }
        Operation::RegisterOffset { register, offset, base_type: t } => {
            simple("registerOffset", json);
            json.key("register").number(register.0.into());
            signed(offset, json.key("offset"));
            base_type(context, t, json);
        }
        Operation::FrameOffset { offset } => {
            simple("frameOffset", json);
            signed(offset, json.key("offset"));
        }
        Operation::Nop => simple("nop", json),
        Operation::PushObjectAddress => simple("objectAddress", json),
        Operation::CallFrameCFA => simple("cfa", json),
        Operation::Piece { size_in_bits, bit_offset } => {
            simple("piece", json);
            json.key("bits").number(size_in_bits.min(1 << 32));
            json.key("bitOffset").number(bit_offset.unwrap_or(0).min(1 << 32));
        }
        Operation::ImplicitValue { data } => {
            simple("implicitValue", json);
            json.key("bytes").hex(data.slice());
        }
        Operation::StackValue => simple("stackValue", json),
        Operation::ImplicitPointer { value, byte_offset } => {
            simple("implicitPointer", json);
            let target = context.unit.and_then(|u| context.program.die_in_set(u, value.0 as u64));
            match target {
                Some(die) => json.key("die").number(context.program.id(die)),
                None => json.key("die").number(0),
            }
            signed(byte_offset, json.key("offset"));
        }
        Operation::EntryValue { expression } => {
            if context.nesting >= MAX_NESTING {
                return unsupported("deeply nested entry values", json);
            }
            simple("entryValue", json);
            let inner = Context { nesting: context.nesting + 1, ..context };
            write_ops(inner, Expression(expression), json.key("ops"));
        }
        Operation::Address { address } => static_address(address, json),
        Operation::AddressIndex { index } | Operation::ConstantIndex { index } => {
            match context.unit.and_then(|u| context.program.dwarf(u).address(context.program.unit(u), index).ok()) {
                Some(address) if matches!(op, Operation::AddressIndex { .. }) => static_address(address, json),
                Some(address) => constant(address, json),
                None => unsupported("an index into .debug_addr that is not there", json),
            }
        }
        Operation::TypedLiteral { base_type: t, value } => {
            json.key("op").text("const");
            let mut bits = [0u8; 8];
            let n = value.slice().len().min(8);
            bits[..n].copy_from_slice(&value.slice()[..n]);
            json.key("value").big(u64::from_le_bytes(bits));
            base_type(context, t, json);
        }
        Operation::Convert { base_type: t } => {
            simple("convert", json);
            base_type(context, t, json);
        }
        Operation::Reinterpret { base_type: t } => {
            simple("reinterpret", json);
            base_type(context, t, json);
        }
        Operation::TLS => simple("tls", json),
        Operation::Call { offset: DieReference::UnitRef(_) | DieReference::DebugInfoRef(_) } => {
            unsupported("a DWARF procedure", json)
        }
        Operation::ParameterRef { .. } => unsupported("a reference to an optimised-out parameter", json),
        Operation::WasmLocal { .. } | Operation::WasmGlobal { .. } | Operation::WasmStack { .. } => {
            unsupported("a WebAssembly location", json)
        }
    }
}

/// The bytes of a constant attribute, little-endian, wide enough for any reader.
pub fn constant_bytes(value: &AttributeValue<R>) -> Option<Vec<u8>> {
    let wide = |n: i128| Some(n.to_le_bytes().to_vec());
    match *value {
        AttributeValue::Block(b) => Some(b.slice().to_vec()),
        AttributeValue::String(s) => Some(s.slice().to_vec()),
        AttributeValue::Data1(n) => wide(n.into()),
        AttributeValue::Data2(n) => wide(n.into()),
        AttributeValue::Data4(n) => wide(n.into()),
        AttributeValue::Data8(n) | AttributeValue::Udata(n) => wide(n.into()),
        AttributeValue::Sdata(n) => wide(n.into()),
        AttributeValue::Addr(n) => wide(n.into()),
        _ => None,
    }
}

/// Writes the `Location` of what lies at an offset of each thread's storage.
pub fn write_thread_local(offset: u64, json: &mut Json) {
    json.object(|json| {
        json.key("kind").text("expression");
        json.key("ops").array(|json| {
            json.object(|json| {
                json.key("op").text("const");
                json.key("value").big(offset);
            });
            json.object(|json| json.key("op").text("tls"));
        });
    });
}

/// Writes a `Location` object from the attribute of an entry.
pub fn write_location(program: &Program, unit: u32, value: Option<AttributeValue<R>>, json: &mut Json) {
    let context = Context::of_unit(program, unit);
    let none = |why: &str, json: &mut Json| {
        json.object(|json| {
            json.key("kind").text("none");
            json.key("why").text(why);
        })
    };
    let Some(value) = value else { return none("optimised out: the compiler kept no location for it", json) };
    if let AttributeValue::Exprloc(expression) = value {
        if expression.0.slice().is_empty() {
            return none("optimised out: the compiler kept no location for it", json);
        }
        return json.object(|json| {
            json.key("kind").text("expression");
            write_ops(context, expression, json.key("ops"));
        });
    }
    match program.dwarf(unit).attr_locations(program.unit(unit), value) {
        Ok(Some(mut list)) => json.object(|json| {
            json.key("kind").text("list");
            let mut fallback = None;
            json.key("entries").array(|json| loop {
                match list.next() {
                    // gimli gives a default entry as one that covers everything.
                    Ok(Some(e)) if e.range.begin == 0 && e.range.end == u64::MAX => fallback = Some(e.data),
                    Ok(Some(e)) => json.object(|json| {
                        json.key("lo").big(e.range.begin);
                        json.key("hi").big(e.range.end);
                        write_ops(context, e.data, json.key("ops"));
                    }),
                    Ok(None) => break,
                    Err(e) => {
                        program.problem(format!("a location list is damaged ({e}); some variables are not readable everywhere"));
                        break;
                    }
                }
            });
            if let Some(expression) = fallback {
                write_ops(context, expression, json.key("fallback"));
            }
        }),
        _ => none("its location is in a form that is not known", json),
    }
}

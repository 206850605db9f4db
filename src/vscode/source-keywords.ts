/** Words of languages that never name a value. */
import type { SourceFamily } from './source-tokens';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Keywords by family, without those that are values (`self`, `this`) or begin paths (`crate`, `super`). */
export const KEYWORDS: Readonly<Record<SourceFamily, ReadonlySet<string>>> = {
  rust: words(`
    abstract as async await become box break const continue do dyn else enum extern false final fn for gen if impl in let
    loop macro match mod move mut override priv pub ref return static struct trait true try type typeof unsafe unsized
    use virtual where while yield Self _ macro_rules union
    bool char str i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64`),
  c: words(`
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
    concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do
    double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace
    new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires
    restrict return short signed sizeof static static_assert static_cast struct switch template thread_local throw true
    try typedef typeid typename typeof union unsigned using virtual void volatile wchar_t while xor xor_eq
    _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local __asm__
    __attribute__ __inline __inline__ __volatile__ NULL defined`),
  zig: words(`
    addrspace align allowzero and anyframe anytype asm async await break callconv catch comptime const continue defer
    else enum errdefer error export extern false fn for if inline linksection noalias noinline nosuspend null opaque or
    orelse packed pub resume return struct suspend switch test threadlocal true try type undefined union unreachable
    usingnamespace var volatile while _ anyerror anyopaque bool comptime_float comptime_int noreturn void isize usize
    f16 f32 f64 f80 f128 u8 u16 u32 u64 u128 i8 i16 i32 i64 i128`),
  gas: words(''),
  nasm: words(`
    byte word dword qword tword oword yword zword ptr offset short near far rel abs strict lock rep repe repne repnz repz
    equ db dw dd dq dt times resb resw resd resq section segment global extern bits default`),
  arm: words('lsl lsr asr ror rrx sxtb sxth sxtw sxtx uxtb uxth uxtw uxtx'),
};

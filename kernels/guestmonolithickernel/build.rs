//! Hands the linker the script that axhal writes for the chosen platform, and gives the assembly files line numbers.

use std::{env, fs, path::Path};

fn main() {
    let arch = env::var("CARGO_CFG_TARGET_ARCH")
        .expect("cargo sets the target's properties for build scripts");
    let platform = match arch.as_str() {
        "riscv64" => "riscv64-qemu-virt",
        "aarch64" => "aarch64-qemu-virt",
        "x86_64" => "x86-pc",
        "loongarch64" => "loongarch64-qemu-virt",
        // A host build, as an editor's checker does: nothing to link.
        _ => return,
    };
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("none") {
        return;
    }
    // OUT_DIR is target/<triple>/release/build/guestmonolithickernel-<hash>/out; axhal writes its script three folders up.
    let out_dir = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    let script = Path::new(&out_dir).join(format!("../../../linker_{platform}.lds"));
    println!("cargo:rustc-link-arg=-T{}", script.display());
    match arch.as_str() {
        "aarch64" => {
            let sources: &[&str] = if env::var_os("CARGO_FEATURE_STAGE2").is_some() {
                &[
                    "src/aarch64/stage2/head.S",
                    "src/aarch64/stage2/world_switch.S",
                ]
            } else {
                &["src/aarch64/head.S"]
            };
            add_line_numbers(sources, &out_dir);
            // In front of what ArceOS links: our own head, which keeps EL2, and the trampoline if there is one.
            println!("cargo:rustc-link-arg=-Tsrc/aarch64/head.lds");
            println!("cargo:rerun-if-changed=src/aarch64/head.lds");
        }
        "riscv64" => add_line_numbers(&["src/riscv64/guest.S"], &out_dir),
        "x86_64" => add_line_numbers(&["src/x86_64/world_switch.S"], &out_dir),
        _ => {}
    }
    println!("cargo:rustc-link-arg=-no-pie");
    // The IRQ and trap handler tables are reached only through their section's start and stop symbols.
    println!("cargo:rustc-link-arg=-znostart-stop-gc");
    // The compiler's own labels (.L...) are 40,000 symbols that no debugger wants.
    println!("cargo:rustc-link-arg=--discard-locals");
    println!("cargo:rerun-if-changed=build.rs");
}

/// Copies the assembly files of the program to cargo's output folder, with a directive in front of each instruction that
/// says where it stands. The assembler inside the compiler writes no line numbers of its own, so that without this a
/// debugger could not step through the files.
fn add_line_numbers(sources: &[&str], out_dir: &str) {
    for (index, source) in sources.iter().enumerate() {
        let text = fs::read_to_string(source).expect("the assembly file is part of this package");
        let name = Path::new(source).file_name().expect("a file has a name");
        fs::write(
            Path::new(out_dir).join(name),
            with_line_numbers(source, &text, index + 1),
        )
        .expect("cargo's output folder can be written to");
        println!("cargo:rerun-if-changed={source}");
    }
}

/// The text of the assembly file `source`, which is `number` among those of the program.
fn with_line_numbers(source: &str, text: &str, number: usize) -> String {
    let mut with_lines = format!(".file {number} \"{source}\"\n");
    for (index, line) in text.lines().enumerate() {
        // `#` starts a comment, `//` does so on aarch64.
        let code = line.split('#').next().unwrap_or_default();
        let code = code.split("//").next().unwrap_or_default().trim();
        if !code.is_empty() && !code.starts_with('.') && !code.ends_with(':') {
            with_lines += &format!(".loc {number} {}\n", index + 1);
        }
        with_lines += line;
        with_lines += "\n";
    }
    with_lines
}

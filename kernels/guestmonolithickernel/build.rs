//! Hands the linker the script that axhal writes for the chosen platform.

use std::{env, path::Path};

fn main() {
    let platform = match env::var("CARGO_CFG_TARGET_ARCH").as_deref() {
        Ok("riscv64") => "riscv64-qemu-virt",
        Ok("aarch64") => "aarch64-qemu-virt",
        Ok("x86_64") => "x86-pc",
        Ok("loongarch64") => "loongarch64-qemu-virt",
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
    if platform == "aarch64-qemu-virt" {
        // In front of what ArceOS links: our own head, which keeps EL2, and the trampoline.
        println!("cargo:rustc-link-arg=-Tsrc/aarch64/head.lds");
        println!("cargo:rerun-if-changed=src/aarch64/head.lds");
    }
    println!("cargo:rustc-link-arg=-no-pie");
    // The IRQ and trap handler tables are reached only through their section's start and stop symbols.
    println!("cargo:rustc-link-arg=-znostart-stop-gc");
    // The compiler's own labels (.L...) are 40,000 symbols that no debugger wants.
    println!("cargo:rustc-link-arg=--discard-locals");
    println!("cargo:rerun-if-changed=build.rs");
}

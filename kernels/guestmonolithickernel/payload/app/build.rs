//! Hands the linker this program's memory layout.

fn main() {
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("none") {
        return; // A host build, as an editor's checker does: nothing to link.
    }
    let folder = std::env::var("CARGO_MANIFEST_DIR")
        .expect("cargo sets CARGO_MANIFEST_DIR for build scripts");
    println!("cargo:rustc-link-arg=-T{folder}/linker.ld");
    println!("cargo:rustc-link-arg=-no-pie");
    // With aarch64's default of 64 KiB the linker would find room for the ELF header below 0x1000 and make it part of the
    // program.
    println!("cargo:rustc-link-arg=-zmax-page-size=4096");
    println!("cargo:rerun-if-changed=linker.ld");
    println!("cargo:rerun-if-changed=build.rs");
}

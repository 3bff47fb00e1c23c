//! The files generated from the output of the command, which `make docs` updates.

use super::*;

#[test]
fn generated_files_are_up_to_date() {
    let files = generate::from_command(Path::new(env!("CARGO_BIN_EXE_hostprocess"))).expect("the command runs");
    let stale: Vec<&str> = files.iter().filter(|file| !file.is_up_to_date()).map(|file| &*file.path).collect();
    assert!(stale.is_empty(), "run `make docs`: {stale:?}");
}

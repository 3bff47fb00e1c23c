//! Generated files are up to date; `make docs` regenerates them.

#[test]
fn generated_files_are_up_to_date() {
    let files = generate::from_policy().expect("the files that they are made from are readable");
    let stale: Vec<&str> = files.iter().filter(|file| !file.is_up_to_date()).map(|file| &*file.path).collect();
    assert!(stale.is_empty(), "run `make docs`: {stale:?}");
}

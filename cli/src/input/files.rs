//! From paths on the command line to files.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::input::manifest::File;

/// Reads files, folders (their `.yaml`, `.yml` and `.json` files, at any depth, in the order of their names) and `-`,
/// which is standard input. A file that cannot be read is returned with a problem.
pub fn read(paths: &[PathBuf]) -> Vec<File> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            files.push(parse("<stdin>", read_to_end(io::stdin().lock())));
        } else if path.is_dir() {
            read_folder(path, &mut files);
        } else {
            files.push(read_file(path));
        }
    }
    files
}

fn read_folder(folder: &Path, files: &mut Vec<File>) {
    let entries = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut entries: Vec<PathBuf> = match entries {
        Ok(entries) => entries,
        Err(error) => return files.push(File::unreadable(folder.display().to_string(), &error)),
    };
    entries.sort();
    for path in entries {
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        // A link to a folder above would never end.
        if path.is_dir() && !path.is_symlink() && !is_hidden {
            read_folder(&path, files);
        } else if path.is_file() && is_manifest(&path) {
            files.push(read_file(&path));
        }
    }
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json")
}

fn read_file(path: &Path) -> File {
    parse(&path.display().to_string(), fs::read(path))
}

fn read_to_end(mut input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(name: &str, bytes: io::Result<Vec<u8>>) -> File {
    match bytes.and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other)) {
        Ok(text) => File::parse(name, text),
        Err(error) => File::unreadable(name.to_owned(), &error),
    }
}

//! Reading files with a limit, and writing files without harm to others.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use same_file::Handle;

use crate::paths::{identity, parent, resolved};

/// Far more than any configuration, settings, baseline or module has. A repository may have a link to `/dev/zero` in their place.
const MAX_BYTES: u64 = 32 << 20;

/// Reads a file of at most 32 MiB.
///
/// # Errors
/// It cannot be read, or is larger.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    read_all(File::open(path)?)
}

/// Reads a text of at most 32 MiB.
///
/// # Errors
/// As [`read`]; or it is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(io::Error::other)
}

/// Reads at most 32 MiB to the end.
///
/// # Errors
/// There is more, or it cannot be read.
pub fn read_all(input: impl Read) -> io::Result<Vec<u8>> {
    let (mut bytes, mut input) = (Vec::new(), input.take(MAX_BYTES));
    input.read_to_end(&mut bytes)?;
    if input.limit() == 0 && input.into_inner().read(&mut [0])? > 0 {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Refuses a file that a library would read without a limit. One that is missing is left to the library.
///
/// # Errors
/// It is larger than 32 MiB, or a device.
pub fn check_size(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > MAX_BYTES || is_device(&metadata) => Err(too_large()),
        _ => Ok(()),
    }
}

fn too_large() -> io::Error {
    io::Error::other("it is larger than 32 MiB")
}

#[cfg(unix)]
fn is_device(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_char_device() || metadata.file_type().is_block_device()
}

#[cfg(not(unix))]
fn is_device(_: &fs::Metadata) -> bool {
    false
}

/// Writes a file, as it comes. A repository may have links in the place of the file or its folder, so they are not followed.
///
/// # Errors
/// There is such a link, or the file cannot be written; the text begins with the path.
pub fn write(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), String> {
    let written = refuse_links(path).and_then(|()| {
        let mut file = BufWriter::with_capacity(64 << 10, File::create(path)?);
        write(&mut file)?;
        file.flush()
    });
    written.map_err(|error| format!("{}: cannot be written: {error}", path.display()))
}

fn refuse_links(path: &Path) -> io::Result<()> {
    // `/dev/stdout` is a link to what the caller chose.
    if path.starts_with("/dev") || path.starts_with("/proc") {
        return Ok(());
    }
    if path.is_symlink() {
        return Err(io::Error::other("it is a link, name the file that it leads to"));
    }
    let stays_below = path.components().all(|part| matches!(part, Component::CurDir | Component::Normal(_)));
    if stays_below && !resolved(parent(path)).starts_with(resolved(Path::new(""))) {
        return Err(io::Error::other("a link leads out of the current folder, name the folder that it leads to"));
    }
    Ok(())
}

/// Files that will be written.
#[derive(Debug, Default)]
pub struct Outputs<'p> {
    /// Where each will be, and how it was named.
    places: Vec<(PathBuf, &'p Path)>,
    /// Those that exist already: only these can be inputs.
    existing: HashSet<Handle>,
}

impl<'p> Outputs<'p> {
    /// Makes sure that no two paths lead to the same file.
    ///
    /// # Errors
    /// Two do.
    pub fn of(paths: impl Iterator<Item = &'p Path>) -> Result<Outputs<'p>, String> {
        let mut outputs = Outputs::default();
        for path in paths {
            let place = identity(path);
            let is_known = outputs.places.iter().any(|(known, _)| *known == place);
            let is_other_name = handle(path).is_some_and(|handle| !outputs.existing.insert(handle));
            if is_known || is_other_name {
                return Err(format!("{} is named twice, and would hold only the last report", path.display()));
            }
            outputs.places.push((place, path));
        }
        Ok(outputs)
    }

    /// Makes sure that a file that is read is not among them.
    ///
    /// # Errors
    /// It is.
    pub fn spare(&self, input: &Path) -> Result<(), String> {
        if !self.existing.is_empty() && handle(input).is_some_and(|handle| self.existing.contains(&handle)) {
            return Err(format!("{}: is an input, and would be overwritten by an output", input.display()));
        }
        Ok(())
    }
}

/// What a path leads to, if that is a file. Opening a pipe would take its text away.
fn handle(path: &Path) -> Option<Handle> {
    path.is_file().then(|| Handle::from_path(path).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_ends_at_the_limit() {
        let bytes = |count| read_all(io::repeat(b'a').take(count)).map(|bytes| bytes.len() as u64).ok();
        assert_eq!(bytes(3), Some(3));
        assert_eq!(bytes(MAX_BYTES), Some(MAX_BYTES));
        assert_eq!(bytes(MAX_BYTES + 1), None);
        assert!(read_all(io::repeat(0)).is_err());
    }
}

//! Reads files with a size limit, and writes files without following links.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use same_file::Handle;

use crate::paths::{identity, parent, resolved};

/// An error of reading or writing a file.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot be {verb}: {error}", .path.display())]
pub struct FileError {
    path: PathBuf,
    /// `read` or `written`.
    verb: &'static str,
    error: io::Error,
}

/// Why a file cannot be an output.
#[derive(Debug, thiserror::Error)]
pub enum OutputsError {
    /// Two outputs have the same file.
    #[error("--output: {} is named twice; only the last report would be kept", .0.display())]
    IsNamedTwice(PathBuf),
    /// The file is an input.
    #[error("{}: is an input, and would be overwritten by an output", .0.display())]
    IsInput(PathBuf),
}

/// The size of the write buffer in bytes.
pub const BUFFER: usize = 64 << 10;

/// The maximum size of a file in bytes. A repository may contain a link to `/dev/zero`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u64);

impl Limit {
    /// Far larger than any configuration, settings, baseline, request or module.
    pub const DOCUMENT: Limit = Limit(32 << 20);
    /// The size of the output of `kubectl get pods -A -o json` for some 50,000 pods. Checking it takes many times as
    /// much memory.
    pub const MANIFESTS: Limit = Limit(512 << 20);

    fn exceeded(self) -> io::Error {
        io::Error::other(format!("it is larger than {} MiB", self.0 >> 20))
    }
}

/// Reads a file with one document, or a module.
///
/// # Errors
/// It cannot be read, or is larger than [`Limit::DOCUMENT`].
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    read_file(path, Limit::DOCUMENT).map_err(|error| FileError { path: path.to_owned(), verb: "read", error })
}

/// Reads a text with one document; `-` is standard input.
///
/// # Errors
/// See [`read`]; or it is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    let read = if path.as_os_str() == "-" { read_stdin(Limit::DOCUMENT) } else { read_file(path, Limit::DOCUMENT) };
    let text = read.and_then(as_text);
    text.map_err(|error| FileError { path: path.to_owned(), verb: "read", error })
}

/// Checks a file that a repository names, before it is read. Reading a pipe could block forever, and reading `/dev/stdin` takes the input
/// of this program.
///
/// # Errors
/// It is a pipe, a device or a folder. Reading reports missing files.
pub fn ensure_regular(path: &Path) -> Result<(), FileError> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        let error = io::Error::other("it is not a regular file");
        return Err(FileError { path: path.to_owned(), verb: "read", error });
    }
    Ok(())
}

/// Reads a file of manifests.
///
/// # Errors
/// It cannot be read, is larger than [`Limit::MANIFESTS`], or is not UTF-8.
pub fn read_manifests(path: &Path) -> io::Result<String> {
    read_file(path, Limit::MANIFESTS).and_then(as_text)
}

/// Reads manifests from standard input.
///
/// # Errors
/// See [`read_manifests`].
pub fn read_manifests_from_stdin() -> io::Result<String> {
    read_stdin(Limit::MANIFESTS).and_then(as_text)
}

/// Converts bytes to text.
///
/// # Errors
/// It is not UTF-8.
pub fn as_text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn read_file(path: &Path, limit: Limit) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    // Devices and pipes have size 0.
    let length = file.metadata()?.len();
    if length > limit.0 {
        return Err(limit.exceeded());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    read_to_end(file, limit, &mut bytes)?;
    Ok(bytes)
}

fn read_stdin(limit: Limit) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_to_end(io::stdin().lock(), limit, &mut bytes)?;
    Ok(bytes)
}

fn read_to_end(input: impl Read, limit: Limit, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut input = input.take(limit.0);
    input.read_to_end(bytes)?;
    if input.limit() == 0 && input.into_inner().read(&mut [0])? > 0 {
        return Err(limit.exceeded());
    }
    Ok(())
}

/// Checks a file that a library would read without a limit. The library reports missing files.
///
/// # Errors
/// It is larger than [`Limit::DOCUMENT`], or a device.
pub fn check_size(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > Limit::DOCUMENT.0 || is_device(&metadata) => Err(Limit::DOCUMENT.exceeded()),
        _ => Ok(()),
    }
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

/// Writes a file as a stream, without following links: a repository may have one instead of the file or its folder.
///
/// # Errors
/// The path contains such a link, or the file cannot be written.
pub fn write(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), FileError> {
    let written = refuse_links(path).and_then(|()| {
        let mut file = BufWriter::with_capacity(BUFFER, File::create(path)?);
        write(&mut file)?;
        file.flush()
    });
    written.map_err(|error| FileError { path: path.to_owned(), verb: "written", error })
}

fn refuse_links(path: &Path) -> io::Result<()> {
    // `/dev/stdout` is a link that the caller chose.
    if path.starts_with("/dev") || path.starts_with("/proc") {
        return Ok(());
    }
    if path.is_symlink() {
        return Err(io::Error::other("it is a link; name the target file instead"));
    }
    let stays_below = path.components().all(|part| matches!(part, Component::CurDir | Component::Normal(_)));
    if stays_below && !resolved(parent(path)).starts_with(resolved(Path::new(""))) {
        return Err(io::Error::other("a link leads out of the current folder; name the target folder instead"));
    }
    Ok(())
}

/// Files that will be written.
#[derive(Debug, Default)]
pub struct Outputs<'p> {
    /// The resolved path of each file, and the path as given.
    places: Vec<(PathBuf, &'p Path)>,
    /// The files that already exist: only these can be inputs.
    existing: HashSet<Handle>,
}

impl<'p> Outputs<'p> {
    /// Makes sure that no two paths lead to the same file.
    ///
    /// # Errors
    /// Two paths do.
    pub fn of(paths: impl Iterator<Item = &'p Path>) -> Result<Outputs<'p>, OutputsError> {
        let mut outputs = Outputs::default();
        for path in paths {
            let place = identity(path);
            let is_known = outputs.places.iter().any(|(known, _)| *known == place);
            let is_other_name = handle(path).is_some_and(|handle| !outputs.existing.insert(handle));
            if is_known || is_other_name {
                return Err(OutputsError::IsNamedTwice(path.to_owned()));
            }
            outputs.places.push((place, path));
        }
        Ok(outputs)
    }

    /// Makes sure that an input is not one of these files.
    ///
    /// # Errors
    /// It is one of them.
    pub fn ensure_not_input(&self, input: &Path) -> Result<(), OutputsError> {
        if !self.existing.is_empty() && handle(input).is_some_and(|handle| self.existing.contains(&handle)) {
            return Err(OutputsError::IsInput(input.to_owned()));
        }
        Ok(())
    }
}

/// A handle to the target of a path, if it is a regular file. Opening a pipe would consume its data.
fn handle(path: &Path) -> Option<Handle> {
    path.is_file().then(|| Handle::from_path(path).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_ends_at_the_limit() {
        let limit = Limit(5 << 20);
        let read = |count| {
            let mut bytes = Vec::new();
            read_to_end(io::repeat(b'a').take(count), limit, &mut bytes).map(|()| bytes.len() as u64).ok()
        };
        assert_eq!(read(3), Some(3));
        assert_eq!(read(limit.0), Some(limit.0));
        assert_eq!(read(limit.0 + 1), None);
        let error = read_to_end(io::repeat(0), limit, &mut Vec::new()).expect_err("endless").to_string();
        assert_eq!(error, "it is larger than 5 MiB");
    }
}

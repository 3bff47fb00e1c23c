//! Most admission requests have nothing to do with Windows. One pass over the bytes, far cheaper than decoding them,
//! finds those that no rule could say anything about.
//!
//! A rule speaks only of pods with a `hostProcess` key, with an annotation key of Microsoft's (`reserved-annotations`)
//! or with the HostProcess base image (`base-image-misuse`). A request without any of these texts is accepted, provided
//! that it is well-formed JSON and names a kind: everything else is left to the decoder, which says what is wrong.

use crate::json::{self, Quoted, Reader, Result, Watcher};

const HOST_PROCESS: &[u8] = b"hostProcess";
/// The name of the base image, as far as it tells it from others.
const BASE_IMAGE: &[u8] = b"host-process-containers-base-image";
/// The beginnings of every reserved annotation, compared without case.
const RESERVED: [&[u8]; 2] = [b"microsoft.com/", b"io.microsoft."];

/// Whether a payload is a readable request that no rule could say anything about.
pub fn concerns_no_rule(payload: &[u8]) -> bool {
    // Nothing is lost by leaving more than needed to the decoder, and a HostProcess workload need not be scanned for it.
    if json::contains(payload, HOST_PROCESS, "host".len()) {
        return false;
    }
    let mut scan = Scan::default();
    scan.payload(payload).is_ok() && scan.has_kind
}

/// What a pass over a payload came upon. It ends with an error at whatever could concern a rule.
#[derive(Default)]
struct Scan {
    has_kind: bool,
    /// Whether the last key was `image`.
    in_image: bool,
}

impl Scan {
    fn payload(&mut self, payload: &[u8]) -> Result<()> {
        let mut reader = Reader::new(payload);
        reader.object(&mut |reader, key| if key.is("request") { self.request(reader) } else { reader.skip() })?;
        reader.end()
    }

    fn request(&mut self, reader: &mut Reader) -> Result<()> {
        reader.object(&mut |reader, key| if key.is("kind") { self.kind(reader) } else { reader.skip_watched(self) })
    }

    fn kind(&mut self, reader: &mut Reader) -> Result<()> {
        reader.object(&mut |reader, key| {
            if !key.is("kind") {
                return reader.skip();
            }
            self.has_kind |= !reader.text()?.is_empty();
            Ok(())
        })
    }
}

impl Watcher for Scan {
    #[inline(always)]
    fn key(&mut self, key: Quoted) -> Result<()> {
        // Escapes could hide anything, so the decoder gets what has them.
        let Some(text) = key.without_escapes() else { return Err(key.stop()) };
        self.in_image = false;
        // Few keys begin with these letters.
        let concerns_a_rule = match text.first() {
            Some(b'h') => text == HOST_PROCESS,
            Some(b'i' | b'I' | b'm' | b'M') => {
                self.in_image = text == b"image";
                RESERVED.iter().any(|prefix| text.get(..prefix.len()).is_some_and(|t| t.eq_ignore_ascii_case(prefix)))
            }
            _ => false,
        };
        if concerns_a_rule { Err(key.stop()) } else { Ok(()) }
    }

    #[inline(always)]
    fn string(&mut self, value: Quoted) -> Result<()> {
        let concerns_a_rule = self.in_image && value.without_escapes().is_none_or(contains_base_image);
        if concerns_a_rule { Err(value.stop()) } else { Ok(()) }
    }
}

fn contains_base_image(image: &[u8]) -> bool {
    image.windows(BASE_IMAGE.len()).any(|part| part.eq_ignore_ascii_case(BASE_IMAGE))
}

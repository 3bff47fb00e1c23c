//! Most admission requests have nothing to do with Windows. One pass over the bytes, far cheaper than decoding them,
//! finds those that no rule could say anything about.
//!
//! A rule speaks only of pods with a `hostProcess` key, with an annotation key of Microsoft's (`reserved-annotations`)
//! or with the HostProcess base image (`base-image-misuse`). A request without any of these texts is accepted, provided
//! that it is well-formed JSON and names a kind: everything else is left to the decoder, which says what is wrong.

/// The name of the base image, as far as it tells it from others.
const BASE_IMAGE: &[u8] = b"host-process-containers-base-image";
/// The beginnings of every reserved annotation, compared without case.
const RESERVED: [&[u8]; 2] = [b"microsoft.com/", b"io.microsoft."];
/// As deep as `serde_json` decodes.
const DEEPEST: u32 = 127;

/// Whether a payload is a readable request that no rule could say anything about.
pub fn concerns_no_rule(payload: &[u8]) -> bool {
    let mut scanner = Scanner { bytes: payload, at: 0, ascii: true };
    scanner.payload().is_some() && (scanner.ascii || str::from_utf8(payload).is_ok())
}

/// A strict JSON scanner (RFC 8259). Every method answers `None` for what is malformed or could concern a rule.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    ascii: bool,
}

/// Where in the payload a key stands, as far as the scanner cares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside the request: the settings.
    Outside,
    Request,
    /// `request.kind`.
    Kind,
}

impl<'a> Scanner<'a> {
    fn payload(&mut self) -> Option<()> {
        // One bit for each open bracket: 1 for an object. The lowest is the innermost.
        let (mut objects, mut depth) = (0u128, 0u32);
        let mut place = Place::Outside;
        let mut has_kind = false;
        let mut key: &[u8] = b"";
        if self.next_token()? != b'{' {
            return None;
        }
        self.at -= 1;
        loop {
            match self.next_token()? {
                open @ (b'{' | b'[') => {
                    depth += 1;
                    if depth > DEEPEST {
                        return None;
                    }
                    objects = objects << 1 | u128::from(open == b'{');
                    let token = self.next_token()?;
                    // ASCII puts each closing bracket two after its opening one.
                    if token != open + 2 {
                        self.at -= 1;
                        if open == b'{' {
                            key = self.key(&mut place, depth)?;
                        }
                        continue;
                    }
                    objects >>= 1;
                    depth -= 1;
                }
                b'"' => {
                    let value = self.string()?;
                    if place != Place::Outside && key == b"image" && contains_base_image(value) {
                        return None;
                    }
                    has_kind |= place == Place::Kind && depth == 3 && key == b"kind" && !value.is_empty();
                }
                b'-' => self.number()?,
                b'0'..=b'9' => {
                    self.at -= 1;
                    self.number()?;
                }
                b't' => self.literal(b"rue")?,
                b'f' => self.literal(b"alse")?,
                b'n' => self.literal(b"ull")?,
                _ => return None,
            }
            // A value has ended: close what ends with it.
            loop {
                if depth == 0 {
                    return (has_kind && self.skip_whitespace().is_none()).then_some(());
                }
                let in_object = objects & 1 == 1;
                match (self.next_token()?, in_object) {
                    (b',', true) => {
                        key = self.key(&mut place, depth)?;
                        break;
                    }
                    (b',', false) => break,
                    (b'}', true) | (b']', false) => {
                        objects >>= 1;
                        depth -= 1;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// The next byte that is no white space, which is passed.
    #[inline(always)]
    fn next_token(&mut self) -> Option<u8> {
        let byte = self.skip_whitespace()?;
        self.at += 1;
        Some(byte)
    }

    /// The next byte that is no white space.
    #[inline(always)]
    fn skip_whitespace(&mut self) -> Option<u8> {
        loop {
            match *self.bytes.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// A key with its colon.
    #[inline(always)]
    fn key(&mut self, place: &mut Place, depth: u32) -> Option<&'a [u8]> {
        if self.next_token()? != b'"' {
            return None;
        }
        let key = self.string()?;
        if self.next_token()? != b':' {
            return None;
        }
        match (depth, *place) {
            (1, _) => *place = if key == b"request" { Place::Request } else { Place::Outside },
            (2, Place::Request | Place::Kind) => *place = if key == b"kind" { Place::Kind } else { Place::Request },
            _ => {}
        }
        (*place == Place::Outside || !concerns_a_rule(key)).then_some(key)
    }

    /// The raw text of a string whose opening quote is passed. Escaped letters could hide anything, so a string with
    /// `\u` is left to the decoder, and so is a control character, which JSON forbids.
    #[inline(always)]
    fn string(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        loop {
            self.skip_plain();
            match *self.bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(&self.bytes[start..self.at - 1]);
                }
                b'\\' => match *self.bytes.get(self.at + 1)? {
                    b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
                    _ => return None,
                },
                control if control < b' ' => return None,
                _ => self.at += 1,
            }
        }
    }

    /// Passes bytes that are neither quote, backslash nor control character, eight at a time.
    #[inline(always)]
    fn skip_plain(&mut self) {
        const ONES: u64 = u64::MAX / 255;
        const HIGH: u64 = ONES << 7;
        while let Some(eight) = self.bytes[self.at..].first_chunk::<8>() {
            let word = u64::from_le_bytes(*eight);
            // A byte's high bit is set where it is the sought one. Borrows can only set bits above a true hit.
            let quote = word ^ (ONES * b'"' as u64);
            let backslash = word ^ (ONES * b'\\' as u64);
            let hits = (quote.wrapping_sub(ONES) & !quote
                | backslash.wrapping_sub(ONES) & !backslash
                | word.wrapping_sub(ONES * b' ' as u64) & !word)
                & HIGH;
            self.ascii &= word & HIGH == 0;
            if hits != 0 {
                self.at += (hits.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += 8;
        }
        // Fewer than eight bytes are left, of which the payload's closing brackets are most.
        self.ascii &= self.bytes[self.at..].is_ascii();
    }

    /// The rest of a number whose sign is passed.
    fn number(&mut self) -> Option<()> {
        if *self.bytes.get(self.at)? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// At least one digit.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// The rest of `true`, `false` or `null`.
    fn literal(&mut self, rest: &[u8]) -> Option<()> {
        let found = self.bytes[self.at..].starts_with(rest);
        self.at += rest.len();
        found.then_some(())
    }
}

/// Whether a key could make a rule speak. Escapes could hide it.
#[inline(always)]
fn concerns_a_rule(key: &[u8]) -> bool {
    match key.len() {
        11 => key == b"hostProcess",
        0..=13 => false,
        _ => RESERVED.iter().any(|prefix| key[..prefix.len().min(key.len())].eq_ignore_ascii_case(prefix)),
    }
}

#[inline(always)]
fn contains_base_image(image: &[u8]) -> bool {
    image.len() >= BASE_IMAGE.len() && image.windows(BASE_IMAGE.len()).any(|part| part.eq_ignore_ascii_case(BASE_IMAGE))
}

//! Most admission requests have nothing to do with Windows. A search for a few texts and a check of the grammar, far
//! cheaper than reading the request, find those that no rule can report anything about.
//!
//! Rules look at pods with a `hostProcess` key, at a few annotation keys (`reserved-annotations`) and at the HostProcess
//! base image (`base-image-misuse`). Keys and images are case-sensitive in Kubernetes, so a request that names a kind and
//! has none of these texts is accepted, provided that it is valid JSON and that no `\u` escape could hide one of them.
//! Everything else is decoded, which also says what is wrong.

use memchr::memmem;
use serde::Deserialize;

/// Without one of these texts there is nothing to report: the key of HostProcess containers; the end of
/// `microsoft.com/hostprocess-*` and the middle of `microsoft.com/disable-hostprocess-container`;
/// `io.microsoft.disable-unsafe-operations`; the base image. None has a character that JSON may escape otherwise than by `\u`.
const MARKS: [&str; 4] =
    ["hostProcess", "hostprocess-", "disable-unsafe-operations", "host-process-containers-base-image"];

/// Whether a payload is a well-formed request that no rule could report anything about.
pub fn concerns_no_rule(payload: &[u8]) -> bool {
    let has = |text: &str| memmem::find(payload, text.as_bytes()).is_some();
    !has(r"\u") && !MARKS.into_iter().any(has) && names_a_kind(payload)
}

/// Whether the whole payload is JSON and a request with a kind. The fields that are not declared are checked and
/// thrown away.
fn names_a_kind(payload: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Payload<'p> {
        #[serde(borrow)]
        request: Request<'p>,
    }
    #[derive(Deserialize)]
    struct Request<'p> {
        #[serde(borrow)]
        kind: Kind<'p>,
    }
    #[derive(Deserialize)]
    struct Kind<'p> {
        kind: &'p str,
    }
    // serde_json does not look at the bytes of strings that it throws away.
    let Ok(text) = str::from_utf8(payload) else { return false };
    serde_json::from_str(text).is_ok_and(|Payload { request }| !request.kind.kind.is_empty())
}

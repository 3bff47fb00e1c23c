//! The table of Windows paths in `src/windows/path.rs` as regular expressions, which cover all of it except `..`.

/// The text between the separators of a path: nothing, or a period.
const SKIP: &str = r"(\.?[/\\])*";

/// The rest of a name: trailing characters that Windows ignores, and a stream.
const END: &str = r"[. ]*(:[^/\\]*)?([/\\]|$)";

/// A regular expression for paths of named pipes, except those with `..`.
pub fn named_pipe() -> String {
    let name = |name: &str| format!("({name}){END}{SKIP}");
    let device = |object: &str| [name("globalroot"), name("device"), name(object)].concat();
    let rest = name(r"pipe|ipc\$");
    let prefix = format!(r"([/\\]{{2,}}[.?]|[/\\]\?\?)[/\\]{SKIP}");
    let global = format!("({}|{}{})*", name("global"), name("globalroot"), name(r"\?\?|global\?\?|dosdevices"));
    let prefix = prefix + &global;
    let local = format!("([a-z]:)?{prefix}({}|{})", name("pipe"), device("namedpipe"));
    let remote = format!(
        r"{prefix}({}|{})([^/\\.]|\.[^/\\])[^/\\]*[/\\]{SKIP}{rest}",
        name("unc"),
        device("mup|lanmanredirector")
    );
    let on_machine = format!(r"\\\\([^/\\.?]|[.?][^/\\])[^/\\]*[/\\]{SKIP}{rest}");
    let by_nt_name = format!("{}{}{}", rooted(), name("device"), name("namedpipe"));
    let misspelt = r"(npipe:[/\\]*|[/\\]?)\.[/\\]+pipe[/\\]+[^/\\]";
    format!("(?i)^({local}|{remote}|{on_machine}|{by_nt_name}|{misspelt})")
}

/// The start of a path at the root of an unspecified drive. Two backslashes would be followed by a server or a device.
fn rooted() -> String {
    format!(r"(/{SKIP}|\\((/|\.[/\\]){SKIP})?)")
}

/// A regular expression for `C:\hpc` and `C:\`, except in paths with `..` and those of devices and shares.
pub fn rootfs() -> String {
    let rooted = rooted();
    let hpc = format!(r"(c:{SKIP}|{rooted}|\\\\[/\\]+|(\.[/\\]{SKIP})?)hpc[. ]*(:[^/\\]*)?([/\\]\.?)*([/\\][. ]*)?");
    let drive = format!(r"(c:\.?[/\\]{SKIP}|{rooted}|\\\\[/\\]+|\.[/\\]{SKIP})[. ]*|(c:)?[. ]+|\\\\");
    format!("(?i)^({hpc}|{drive})$")
}

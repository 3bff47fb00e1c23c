use proptest::prelude::*;

use super::*;

#[test]
fn named_pipes_are_recognised_in_every_spelling() {
    for text in [
        r"\\.\pipe\x",
        r"\\.\PIPE\x",
        r"\\.\pipe\",
        "//./pipe/x",
        "//./PIPE//x",
        r"/\./pipe\x",
        r"\\?\pipe\x",
        "c://./pipe/x",
        r"c:\\.\pipe\x",
        r"C:///./pipe/x",
        r"\\server\pipe\x",
        r"\\127.0.0.1\PIPE\x",
        r"\\?\UNC\localhost\pipe\x",
        r"\\localhost\ipc$\x",
        r"\\.\pipe.\x",
        r"\\.\pipe. .\x",
        r"\\.\x\..\pipe\y",
        r"\??\pipe\x",
        "//?/pipe/x",
        r"\\?\GLOBALROOT\Device\NamedPipe\x",
        r"\\.\globalroot\device\namedpipe\x",
        r"\\?\GLOBALROOT\??\pipe\x",
        r"\\.\Global\pipe\x",
        r"\\?\GLOBALROOT\Device\Mup\localhost\pipe\x",
        r"\Device\NamedPipe\x",
    ] {
        let path = WindowsPath::new(text);
        assert!(path.is_named_pipe(), "{text}");
        assert!(!path.is_unc_share() && path.drive().is_none() && path.is_absolute(), "{text}");
        assert!(!path.is_same_or_under(&WindowsPath::new(r"C:\")) && !path.is_drive_root(), "{text}");
    }
    for text in [
        r"C:\pipe\x",
        r"C:\.\pipe\x",
        "/pipe/x",
        "/./pipe/x",
        "pipe/x",
        "//server/pipe/x",
        r"\\server\share\pipe",
        r"\\.\pipeline\x",
        r"\\.\C:\pipe",
        r"\\?\GLOBALROOT\Device\HarddiskVolume3\pipe",
        r"C:\Device\NamedPipe\x",
        r"Device\NamedPipe\x",
        "",
    ] {
        assert!(!WindowsPath::new(text).is_named_pipe(), "{text}");
    }
}

#[test]
fn roots() {
    let drive = |text| WindowsPath::new(text).drive();
    assert_eq!(drive(r"d:\x"), Some('D'));
    assert_eq!(drive("x/y"), Some('C'));
    assert_eq!(drive("//server/share"), Some('C'));
    assert_eq!(drive(r"\\?\e:\x"), Some('E'));
    assert_eq!(drive(r"\\.\PhysicalDrive0"), None);
    assert_eq!(drive(r"\\server\share"), None);
    assert_eq!(drive(r"\\localhost\D$\x"), Some('D'));
    assert_eq!(drive(r"\\127.0.0.1\c$"), Some('C'));
    assert_eq!(drive(r"\\server\c$"), None);
    assert_eq!(drive(r"\??\e:\x"), Some('E'));
    assert!(WindowsPath::new(r"\\?\Volume{0}\Windows").is_on_unknown_device());
    assert!(!WindowsPath::new("//./x").is_on_unknown_device(), "the kubelet turns it into a path");
    assert!(WindowsPath::new(r"\\server\share\x").is_unc_share());
    assert!(WindowsPath::new(r"\\?\UNC\server\share").is_unc_share());
    assert!(!WindowsPath::new("//server/share").is_unc_share());
}

#[test]
fn drive_roots() {
    for text in ["C:", "c:", r"C:\", "C://", "/", r"\", r"C:\.", r"C:\x\..", r"D:\", r"\\?\C:\", r"\\localhost\c$"] {
        assert!(WindowsPath::new(text).is_drive_root(), "{text}");
    }
    for text in [r"C:\x", "x", r"\\server\share", r"\\.\pipe\", r"C:\..\x"] {
        assert!(!WindowsPath::new(text).is_drive_root(), "{text}");
    }
}

#[test]
fn absolute_and_rooted() {
    for text in [r"C:\x", "c:/x", "/x", r"\x", r"\\server\share", r"\\.\pipe\x"] {
        assert!(WindowsPath::new(text).is_absolute(), "{text}");
    }
    for text in ["x", r".\x", "C:x", "C:", "", "unix:///x"] {
        assert!(!WindowsPath::new(text).is_absolute(), "{text}");
    }
    assert!(WindowsPath::new("/x").is_rooted_without_drive());
    for text in ["C:/x", "x", r"\\?\C:\x", r"\\localhost\c$\x", r"\\.\pipe\x"] {
        assert!(!WindowsPath::new(text).is_rooted_without_drive(), "{text}");
    }
}

#[test]
fn folders_contain_whole_segments_only() {
    for text in [
        r"C:\Windows",
        r"c:\WINDOWS\",
        "/windows/System32",
        r"C:\\Windows\.\x",
        r"\x\..\windows",
        "Windows/x",
        r"C:\Windows.\x",
        r"C:\Windows .",
        r"C:\Windows \x",
        r"C:\Windows\...",
        r"C:\Windows::$INDEX_ALLOCATION\x",
        r"\\?\C:\Windows.",
        r"\\.\C:\Windows",
        r"\??\C:\Windows\x",
        r"\\localhost\c$\Windows",
        r"\\localhost\ADMIN$\x",
        r"\\?\UNC\127.0.0.1\C$\windows",
        r"\\?\GLOBALROOT\SystemRoot\System32",
        r"\\?\GLOBALROOT\GLOBAL??\C:\Windows",
    ] {
        assert!(WindowsPath::new(text).is_same_or_under(&WindowsPath::new(r"C:\Windows")), "{text}");
    }
    for text in [
        r"C:\WindowsBackup",
        r"C:\Windows\..",
        r"D:\Windows",
        r"C:\x\Windows",
        "/",
        r"\\server\Windows",
        r"C:\...\Windows",
    ] {
        assert!(!WindowsPath::new(text).is_same_or_under(&WindowsPath::new(r"C:\Windows")), "{text}");
    }
    for (text, folder, is_in) in [
        (r"C:\Überwachung\x", r"c:\ÜBERWACHUNG", true),
        (r"C:\xä", r"C:\xÄ\", true),
        (r"C:\xäy", r"C:\xä", false),
        (r"C:\x", r"C:\xä", false),
        (r"\\?\GLOBALROOT\SystemRoot\Ä\x", r"C:\windows\ä", true),
        (r"\\?\GLOBALROOT\SystemRoot\x", r"C:\Windows\xä", false),
        (r"C:\Windows\x", r"\\?\GLOBALROOT\SystemRoot", true),
        (r"C:\WindowsBackup", r"\\?\GLOBALROOT\SystemRoot", false),
        (r"\\?\GLOBALROOT\SystemRoot", r"C:\", true),
    ] {
        assert_eq!(WindowsPath::new(text).is_same_or_under(&WindowsPath::new(folder)), is_in, "{text} in {folder}");
    }
    assert!(WindowsPath::new("/var/lib").is_same(&WindowsPath::new(r"C:\var\lib\")));
    assert!(!WindowsPath::new("/var/lib").is_same(&WindowsPath::new(r"C:\var")));
    assert!(!WindowsPath::new(r"\\.\pipe\x").is_same(&WindowsPath::new(r"\\.\pipe\x")), "pipes are not on a drive");
}

#[test]
fn file_names() {
    assert_eq!(WindowsPath::new("/usr/local/bin/azure-cns.exe").file_name(), Some("azure-cns.exe"));
    assert_eq!(WindowsPath::new(r"C:\x\..\").file_name(), None);
    assert_eq!(WindowsPath::new("App.EXE. ").file_name(), Some("App.EXE"));
}

#[test]
fn keys() {
    for (text, key) in [
        ("/K//Logs/", r"c:\k\logs"),
        (r"C:\k.\logs. .", r"c:\k\logs"),
        ("", "c:"),
        ("C:", "c:"),
        ("//server/x", r"c:\server\x"),
        (r"*:\x", r"*:\x"),
        (r"\\Server/share\x", r"unc\server\share\x"),
        (r"\\localhost\c$\x", r"unc\localhost\c$\x"),
        (r"\\localhost\pipe\x", r"unc\localhost\pipe\x"),
        ("//./PIPE/x", r".\pipe\x"),
        (r"\\?\pipe\x", r".\pipe\x"),
        ("c://./pipe/x", r".\pipe\x"),
        (r"\\.\C:\x", r".\c:\x"),
        (r"\\?\C:\x", r"?\c:\x"),
        (r"\\?\UNC\server\share", r"?\unc\server\share"),
    ] {
        assert_eq!(WindowsPath::new(text).key().as_deref(), Ok(key), "{text}");
    }
}

#[test]
fn ambiguous_paths_have_no_key() {
    for (text, doubt) in [
        (r"C:\k\..\x", Doubt::Climbs),
        (r"\\server\share\..\x", Doubt::Climbs),
        ("C:x", Doubt::DriveRelative),
        (r"C:\k \x", Doubt::Spelling),
        (r"C:\k..\x", Doubt::Spelling),
        (r"C:\...\x", Doubt::Spelling),
        (r"C:\k\...", Doubt::Spelling),
        (r"C:\k:stream", Doubt::Spelling),
        (r"\\?\C:\k.", Doubt::Spelling),
        (r"\\?\C:\k/x", Doubt::Spelling),
        (r"\\?\C:\", Doubt::Spelling),
        (r"\\\server\share", Doubt::Spelling),
        (r"\\?\GLOBALROOT\SystemRoot", Doubt::Spelling),
        (r"\\?\GLOBALROOT\Device\NamedPipe\x", Doubt::Spelling),
        (r"\Device\NamedPipe\x", Doubt::Spelling),
    ] {
        assert_eq!(WindowsPath::new(text).key(), Err(doubt), "{text}");
    }
}

const NAME: &str = "[a-zäж0-9 _-]{0,6}[a-zäж0-9_-]";

fn upper_case(name: &str) -> String {
    name.chars().flat_map(char::to_uppercase).collect()
}

/// Joins names with separators, dots and spaces that do not change the place.
fn spelling(names: &[String], noise: &[(u8, u8, bool)]) -> String {
    let mut text = String::new();
    for (name, (separator, ending, upper)) in names.iter().zip(noise.iter().cycle()) {
        text.push_str([r"\", "/", "//", r"\.\", r"/x/..\", r"\\"][usize::from(*separator) % 6]);
        text.push_str(&if *upper { upper_case(name) } else { name.clone() });
        text.push_str(["", "", ".", " ", ". .", ":s"][usize::from(*ending) % 6]);
    }
    text
}

proptest! {
    #[test]
    fn spellings_of_a_path_are_the_same_place(
        prefix in prop::sample::select(vec![
            "", "c:", "C:", r"\\.\C:", r"\\?\c:", r"\??\C:", "//./c:", r"\\localhost\C$", r"\\127.0.0.1\c$",
            r"\\?\UNC\localhost\c$", r"\\?\GLOBALROOT\??\C:",
        ]),
        names in prop::collection::vec(NAME, 1..6),
        noise in prop::collection::vec(any::<(u8, u8, bool)>(), 1..6),
        tail in prop::sample::select(vec!["", "/", r"\\", r"\.", r"/y\..", r"\..."]),
        other in NAME,
    ) {
        let plain = format!(r"C:\{}", names.join(r"\"));
        // Without a prefix, two separators would begin a machine or a device.
        let start = if prefix.is_empty() { r"\z\.." } else { prefix };
        let path = format!("{start}{}{tail}", spelling(&names, &noise));
        let (plain, path) = (WindowsPath::new(&plain), WindowsPath::new(&path));
        prop_assert!(path.is_same(&plain) && plain.is_same(&path), "{path:?} is {plain:?}");
        let deeper = format!("{}/z", path.text());
        let deeper = WindowsPath::new(&deeper);
        // Three dots before a name are a folder: `C:\k\...\z`.
        prop_assert!(deeper.is_same_or_under(&plain));
        prop_assert!(!plain.is_same_or_under(&deeper));
        let beside = format!("{}{other}", plain.text());
        prop_assert!(!path.is_same_or_under(&WindowsPath::new(&beside)), "{path:?} is beside {beside}");
        prop_assert!(!WindowsPath::new(&beside).is_same_or_under(&path), "{path:?} is beside {beside}");
    }

    #[test]
    fn spellings_of_a_pipe_are_pipes(
        separators in prop::collection::vec(prop::sample::select(vec!["/", r"\"]), 4),
        mark in prop::sample::select(vec![".", "?"]),
        pipe in "[pP][iI][pP][eE][. ]{0,2}",
        name in "[a-z]{1,8}",
    ) {
        let [a, b, c, d] = separators[..] else { unreachable!() };
        let path = format!("{a}{b}{mark}{c}{pipe}{d}{name}");
        prop_assert!(WindowsPath::new(&path).is_named_pipe(), "{path}");
        prop_assert!(WindowsPath::new(&format!("c:{path}")).is_named_pipe(), "c:{path}");
    }

    #[test]
    fn unambiguous_names_are_in_normal_form(text in r"([a-z]{1,3}|[/\\. :?]){0,12}") {
        let path = WindowsPath::new(&text);
        let (names, doubt) = normalise(&path.names, path.prefix);
        prop_assert!(path.doubt.is_some() || names == path.names && doubt.is_none(), "{path:?} {names}");
    }

    #[test]
    fn equal_keys_are_the_same_place(one in r"([a-z]{1,2}|[/\\. :?]|C:|pipe){0,8}", other in r"([a-z]{1,2}|[/\\. :?]|C:|pipe){0,8}") {
        let (one, other) = (WindowsPath::new(&one), WindowsPath::new(&other));
        if let (Ok(key), Ok(other_key)) = (one.key(), other.key()) {
            prop_assert!(key != other_key || one.drive().is_none() || one.is_same(&other), "{one:?} {other:?}");
            prop_assert_eq!(WindowsPath::new(one.text()).key(), Ok(key));
        }
    }

    #[test]
    fn never_panics(
        text in r"(\PC|[\\/.:?$*]|pipe|GLOBALROOT|UNC|localhost){0,16}",
        other in r"[\PC\\/.:?]{0,40}",
    ) {
        let path = WindowsPath::new(&text);
        let _ = (path.is_drive_root(), path.is_absolute(), path.file_name(), path.key());
        prop_assert!(path.drive().is_none() || path.is_same(&WindowsPath::new(&text)));
        prop_assert!(path.drive().is_none() || path.is_same_or_under(&WindowsPath::new(&other)) || !path.is_same(&WindowsPath::new(&other)));
    }
}

use super::*;

fn assert_kinds(table: &[(&str, Kind)]) {
    for (name, kind) in table {
        assert_eq!(Account::parse(name).kind(), *kind, "{name:?}");
    }
}

#[test]
fn valid_spellings_of_service_accounts() {
    assert_kinds(&[
        (r"NT AUTHORITY\SYSTEM", Kind::Service(Service::LocalSystem)),
        (r"NT AUTHORITY\system", Kind::Service(Service::LocalSystem)),
        (r"NT AUTHORITY\System", Kind::Service(Service::LocalSystem)),
        (r"NT AUTHORITY\Local service", Kind::Service(Service::LocalService)),
        (r"NT AUTHORITY\Local Service", Kind::Service(Service::LocalService)),
        (r"NT AUTHORITY\LocalService", Kind::Service(Service::LocalService)),
        (r"NT AUTHORITY\NetworkService", Kind::Service(Service::NetworkService)),
        (r"NT AUTHORITY\NETWORK SERVICE", Kind::Service(Service::NetworkService)),
    ]);
}

#[test]
fn misspelt_service_accounts() {
    assert_kinds(&[
        (r"nt authority\system", Kind::Misspelt(Some(Service::LocalSystem))),
        (r"NT Authority\SYSTEM", Kind::Misspelt(Some(Service::LocalSystem))),
        (r"NT-AUTHORITY\SYSTEM", Kind::Misspelt(Some(Service::LocalSystem))),
        (r"NTAUTHORITY\LocalService", Kind::Misspelt(Some(Service::LocalService))),
        (r"NT AUTHORITY \SYSTEM", Kind::Misspelt(Some(Service::LocalSystem))),
        (r"NT AUTHORITY\LocalSystem", Kind::Misspelt(Some(Service::LocalSystem))),
        (r"NT AUTHORITY\SYTSEM", Kind::Misspelt(None)),
        (r"nt authority\iusr", Kind::Misspelt(None)),
        ("SYSTEM", Kind::Misspelt(Some(Service::LocalSystem))),
        ("LocalSystem", Kind::Misspelt(Some(Service::LocalSystem))),
        ("Local System", Kind::Misspelt(Some(Service::LocalSystem))),
        ("LocalService", Kind::Misspelt(Some(Service::LocalService))),
        ("Local Service", Kind::Misspelt(Some(Service::LocalService))),
        ("Network Service", Kind::Misspelt(Some(Service::NetworkService))),
    ]);
}

#[test]
fn names_that_lost_their_backslash() {
    assert_kinds(&[
        ("NT AUTHORITYSYSTEM", Kind::Misspelt(Some(Service::LocalSystem))),
        ("nt authoritylocal service", Kind::Misspelt(Some(Service::LocalService))),
        ("NT AUTHORITY NetworkService", Kind::Misspelt(Some(Service::NetworkService))),
        ("NT AUTHORITY\u{2028}ocal service", Kind::Misspelt(Some(Service::LocalService))),
        ("NT AUTHORITY\u{85}etworkService", Kind::Misspelt(Some(Service::NetworkService))),
        ("CONTOSO\u{85}etworkers", Kind::Misspelt(None)),
        ("BUILTIN\u{2029}ower Users", Kind::Misspelt(None)),
        ("NT AUTHORITY\networkservice", Kind::Malformed(Malformed::ControlCharacter)),
        ("ops authority system", Kind::Local),
        ("NT AUTHORITYSYSTEMS", Kind::Local),
        ("Op\u{e9}rateurs\u{a0}d'ici", Kind::Local),
    ]);
    let written = |name| Account::parse(name).yaml_source();
    assert_eq!(written("NT AUTHORITY\u{2028}ocal service").as_deref(), Some(r"NT AUTHORITY\Local service"));
    assert_eq!(written("NT AUTHORITY\networkservice").as_deref(), Some(r"NT AUTHORITY\networkservice"));
    assert_eq!(written("SYSTEM\n"), None);
    assert_eq!(written("a\\b\nc"), None);
}

#[test]
fn container_domain_and_local_accounts() {
    assert_kinds(&[
        ("ContainerAdministrator", Kind::ContainerOnly),
        ("containeruser", Kind::ContainerOnly),
        (r"User Manager\ContainerAdministrator", Kind::ContainerOnly),
        (r"CONTOSO\svc-app", Kind::Domain),
        (r"contoso.example.com\svc-app$", Kind::Domain),
        (r"NT SERVICE\foo", Kind::Domain),
        (r"BUILTIN\Administrators", Kind::Domain),
        (r"IIS APPPOOL\web", Kind::Domain),
        ("Administrators", Kind::Local),
        ("hpc-localgroup", Kind::Local),
        ("user name ", Kind::Local),
        ("SYSTEMS", Kind::Local),
    ]);
}

#[test]
fn names_that_kubernetes_rejects() {
    let long_user = "x".repeat(105);
    let long_domain = format!(r"{}\u", vec!["a"; 129].join("."));
    assert_kinds(&[
        ("", Kind::Malformed(Malformed::Empty)),
        ("SYSTEM\n", Kind::Malformed(Malformed::ControlCharacter)),
        ("a\u{7f}", Kind::Malformed(Malformed::ControlCharacter)),
        (r"NT AUTHORITY\\SYSTEM", Kind::Malformed(Malformed::Backslashes)),
        (r"a\b\c", Kind::Malformed(Malformed::Backslashes)),
        (&long_domain, Kind::Malformed(Malformed::DomainTooLong)),
        (r".\admin", Kind::Malformed(Malformed::DomainName)),
        (r"\admin", Kind::Malformed(Malformed::DomainName)),
        (r"a domain that is long\admin", Kind::Malformed(Malformed::DomainName)),
        (r"-contoso-contoso-.com\admin", Kind::Malformed(Malformed::DomainName)),
        (r"NT AUTHORITY\", Kind::Malformed(Malformed::NoUser)),
        (&long_user, Kind::Malformed(Malformed::UserTooLong)),
        (" ", Kind::Malformed(Malformed::PeriodsOrSpaces)),
        (r"CONTOSO\. .", Kind::Malformed(Malformed::PeriodsOrSpaces)),
        ("user@contoso.com", Kind::Malformed(Malformed::Character('@'))),
        ("NT AUTHORITY/SYSTEM", Kind::Malformed(Malformed::Character('/'))),
        (r"CONTOSO\user*", Kind::Malformed(Malformed::Character('*'))),
    ]);
}

#[test]
fn names_of_maximum_length_are_accepted() {
    assert_kinds(&[
        (&"x".repeat(104), Kind::Local),
        (&format!(r"{}\u", "ä".repeat(15)), Kind::Domain),
        (&format!(r"{}\u", vec!["a"; 128].join(".")), Kind::Domain),
    ]);
}

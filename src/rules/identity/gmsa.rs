//! `gmsa`: reads the effective pair of `gmsaCredentialSpecName` and `gmsaCredentialSpec` of every HostProcess container: a container with either takes neither from the pod.

use crate::finding::{Findings, quote};
use crate::rules::identity::written;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// gMSA credentials, which HostProcess containers ignore.
pub static RULE: Rule = Rule {
    id: "gmsa",
    group: Group::Identity,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "gMSA credentials that are silently ignored",
    page: page!("gmsa.md"),
    check,
};

/// Which of the two fields a credential spec stands in.
#[derive(Clone, Copy)]
enum Gmsa<'p> {
    Name(&'p str),
    /// A document of up to 64 KiB, not repeated in messages.
    Inline,
}

fn check(context: &Context, findings: &mut Findings) {
    let credentials = written(context.pod, |container| {
        container.windows_option(|options| {
            let name = options.gmsa_credential_spec_name.as_deref().map(Gmsa::Name);
            name.or_else(|| options.gmsa_credential_spec.as_ref().map(|_| Gmsa::Inline))
        })
    });
    for credential in credentials {
        let (field, found) = match credential.value() {
            Gmsa::Name(name) => ("securityContext.windowsOptions.gmsaCredentialSpecName", quote(name).to_string()),
            Gmsa::Inline => ("securityContext.windowsOptions.gmsaCredentialSpec", "a credential spec".to_owned()),
        };
        credential.report(
            findings,
            field,
            format!("{found} has no effect: HostProcess containers act as their account on the node"),
            "remove it, or run the application in an ordinary Windows container",
        );
    }
}

use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::k8s::effective::effective_settings;
use crate::k8s::pod::{ContainerView, Effective};
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "gmsa",
    summary: about!("gMSA credentials that are silently ignored"),
    reads: Fields::of(&["gmsaCredentialSpec", "gmsaCredentialSpecName"]),
    page: page!("gmsa.md"),
    ..Rule::new(check)
};

/// The field that holds the credential spec.
#[derive(Clone, Copy)]
enum Gmsa<'p> {
    Name(&'p str),
    /// A document of up to 64 KiB, which messages do not quote.
    Inline,
}

fn check(context: &Context, findings: &mut Findings) {
    for credential in effective_settings(context.pod, &|container| Some(effective(container)?.set_on)) {
        let Some(effective) = effective(&credential.container) else { continue };
        let (field, found) = match effective.value {
            Gmsa::Name(name) => ("securityContext.windowsOptions.gmsaCredentialSpecName", quote(name).to_string()),
            Gmsa::Inline => ("securityContext.windowsOptions.gmsaCredentialSpec", "a credential spec".to_owned()),
        };
        findings.setting(
            &credential,
            field,
            format!("{found} has no effect, because HostProcess containers use their account on the node"),
            "remove it, or run the application in an ordinary Windows container",
        );
    }
}

/// If a container sets either field, it overrides both of the pod.
fn effective<'p>(container: &ContainerView<'p, '_>) -> Option<Effective<Gmsa<'p>>> {
    container.windows_option(|options| {
        let name = options.gmsa_credential_spec_name.map(Gmsa::Name);
        name.or_else(|| options.gmsa_credential_spec.as_ref().map(|_| Gmsa::Inline))
    })
}

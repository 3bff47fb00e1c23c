//! `hostprocess explain`: shows the documentation of a rule.

use hostprocess_linter::catalogue::{self, UnknownId};

use crate::output::{is_styled, markdown};

/// The legend for the letters in brackets after a statement.
const EVIDENCE: &str = "M measured on kube-apiserver 1.36.2, V read in source or documentation, T read in an issue or pull request, \
    I inferred from source, R recalled.";

/// The address of the playground.
const PLAYGROUND: &str = concat!(env!("CARGO_PKG_HOMEPAGE"), "playground/");

/// The arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule id, shown in brackets in messages
    #[arg(value_name = "RULE-ID")]
    rule: String,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,
}

/// How to show a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Formatted, with colours on a terminal
    Text,
    /// Markdown source
    Markdown,
}

/// The page of an id, ready to print.
///
/// # Errors
/// The id is unknown; the error suggests a similar one.
pub fn explain(args: &Args) -> Result<String, UnknownId> {
    let page = catalogue::page(&args.rule)?;
    let evidence = if page.group.is_some() { format!("{EVIDENCE}\n\n") } else { String::new() };
    let text = format!(
        "# {}\n\n{}\n\n{evidence}<{}>\n\nTry a manifest in the browser: <{PLAYGROUND}>\n",
        page.id,
        page.text.trim_end(),
        page.url
    );
    Ok(match args.output {
        Format::Text => markdown::render(&text, is_styled()),
        Format::Markdown => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(id: &str, output: Format) -> Result<String, String> {
        explain(&Args { rule: id.to_owned(), output }).map_err(|error| error.to_string())
    }

    #[test]
    fn every_id_is_explained_with_the_address_of_its_page() {
        for page in catalogue::pages() {
            for format in [Format::Text, Format::Markdown] {
                let shown = explained(page.id, format).expect("a page");
                assert!(shown.contains(&page.url) && shown.contains(PLAYGROUND), "{shown}");
                assert!(page.group.is_none() || shown.contains("Before"), "{shown}");
            }
        }
        assert!(
            explained("host-netwrok", Format::Text).expect_err("unknown").ends_with("did you mean 'host-network'?")
        );
        assert!(explained("unreadible", Format::Text).expect_err("unknown").ends_with("did you mean 'unreadable'?"));
    }
}

//! `docs/recipes.md`: the whole policy, recipes that each set parts of it, the objects that are sent under each recipe, and what `kubectl`
//! prints of the policy's answers.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use kubewarden_policy_sdk::response::ValidationResponse;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::Value;
use windows_hostprocess_policy::validate;

/// Where the page is in the repository.
pub const PAGE: &str = "docs/recipes.md";

/// The words of kube-apiserver before the message of a denial.
pub const DENIED: &str = "denied the request: ";

/// A recipe of the page, with the objects that are sent under it.
#[derive(Debug)]
pub struct Recipe {
    /// The whole policy with the parts that the recipe sets.
    pub policy: Value,
    /// The objects, in their order.
    pub objects: Vec<Sent>,
}

/// An object of the page, with the user who sends it.
#[derive(Debug)]
pub struct Sent {
    /// Its manifest, below the comments that [`fixtures::payload`] reads.
    pub manifest: String,
    /// The part of the answer that `kubectl` prints: the denial, else the warnings. Empty when the policy has nothing to say.
    pub answer: String,
    /// Where the page shows the answer.
    shown: Option<Range<usize>>,
}

/// The page with the answers that the policy gives.
///
/// # Errors
/// A block of the page cannot be read, or an object has an answer and no place for it.
pub fn with_answers(page: &str) -> Result<String> {
    let mut renewed = page.to_owned();
    for sent in recipes(page)?.into_iter().flat_map(|recipe| recipe.objects).rev() {
        match sent.shown {
            Some(shown) => renewed.replace_range(shown, &sent.answer),
            None => ensure!(sent.answer.is_empty(), "{PAGE}: no console block for the answer to\n{}", sent.manifest),
        }
    }
    Ok(renewed)
}

/// The whole policy of the page.
///
/// # Errors
/// The page has none, or more than one.
pub fn whole_policy(page: &str) -> Result<Value> {
    let yaml = blocks(page).into_iter().filter(|(language, _)| language == "yaml");
    let objects = yaml.filter_map(|(_, at)| fixtures::documents(&page[at], PAGE).into_iter().next());
    let mut policies = objects.filter(|object| object["kind"] == "ClusterAdmissionPolicy");
    let policy = policies.next().with_context(|| format!("{PAGE}: no ClusterAdmissionPolicy"))?;
    ensure!(policies.next().is_none(), "{PAGE}: more than one ClusterAdmissionPolicy");
    Ok(policy)
}

/// The policy with the name and the parts of `spec` that a recipe sets.
fn adapted(policy: &Value, recipe: &Value) -> Result<Value> {
    let is_known = |key: &String| matches!(key.as_str(), "metadata" | "spec");
    let is_recipe = recipe.as_object().is_some_and(|recipe| recipe.keys().all(is_known));
    ensure!(is_recipe && recipe["spec"]["settings"].is_object(), "{PAGE}: neither an object nor a recipe:\n{recipe}");
    let mut policy = policy.clone();
    for (key, value) in recipe["spec"].as_object().into_iter().flatten() {
        let part = policy["spec"].get_mut(key).with_context(|| format!("{PAGE}: the policy has no {key}"))?;
        *part = value.clone();
    }
    if let Some(name) = recipe.pointer("/metadata/name") {
        policy["metadata"]["name"] = name.clone();
    }
    Ok(policy)
}

/// The recipes of the page.
///
/// # Errors
/// A block cannot be read, or an object stands before the first recipe.
pub fn recipes(page: &str) -> Result<Vec<Recipe>> {
    let policy = whole_policy(page)?;
    let mut recipes: Vec<Recipe> = Vec::new();
    // Whether the block before is an object.
    let mut pending = false;
    for (language, at) in blocks(page) {
        let text = &page[at.clone()];
        let recipe = recipes.last_mut();
        if language == "console" {
            if let Some(sent) = recipe.and_then(|recipe| recipe.objects.last_mut()).filter(|_| pending) {
                let shown = shown(text);
                sent.shown = Some(at.start + shown.start..at.start + shown.end);
            }
            pending = false;
            continue;
        }
        let object = fixtures::documents(text, PAGE).into_iter().next().context("an empty block")?;
        pending = false;
        match object["kind"].as_str() {
            None => recipes.push(Recipe { policy: adapted(&policy, &object)?, objects: Vec::new() }),
            Some("ClusterAdmissionPolicy" | "Role") => {}
            Some(_) => {
                let recipe = recipe.with_context(|| format!("{PAGE}: no recipe before\n{text}"))?;
                let answer = answer(text, &recipe.policy["spec"]["settings"])?;
                recipe.objects.push(Sent { manifest: text.to_owned(), answer, shown: None });
                pending = true;
            }
        }
    }
    Ok(recipes)
}

/// The languages of fenced blocks, and where their text is.
fn blocks(page: &str) -> Vec<(String, Range<usize>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Range<usize>)> = None;
    for (event, at) in Parser::new(page).into_offset_iter() {
        match (event, &mut open) {
            (Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))), _) => {
                open = Some((language.to_string(), at.end..at.start));
            }
            (Event::Text(_), Some((_, text))) => *text = text.start.min(at.start)..at.end,
            (Event::End(TagEnd::CodeBlock), _) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// Where a console block shows an answer: after the command, without the words of `kubectl` or a controller, which stand
/// before the message in the same line.
fn shown(console: &str) -> Range<usize> {
    let output = console.find('\n').map_or(console.len(), |command| command + 1);
    let first_line = console[output..].lines().next().unwrap_or_default();
    let start = output + first_line.find(DENIED).unwrap_or_default();
    start..start.max(console.trim_end().len())
}

/// The part of a console block that shows an answer.
pub fn shown_answer(console: &str) -> &str {
    &console[shown(console)]
}

/// The part of the policy's answer to an object that `kubectl` prints.
///
/// # Errors
/// The answer is not one of Kubewarden's.
pub fn answer(manifest: &str, settings: &Value) -> Result<String> {
    let mut payload = fixtures::payload(manifest, Path::new(PAGE));
    payload["settings"] = settings.clone();
    let response = validate(payload.to_string().as_bytes()).map_err(|error| anyhow::anyhow!("{error}"))?;
    let response: ValidationResponse = serde_json::from_slice(&response)?;
    if let Some(message) = response.message {
        return Ok(format!("{DENIED}{message}"));
    }
    let warnings = response.warnings.unwrap_or_default();
    Ok(warnings.iter().map(|warning| format!("Warning: {warning}")).collect::<Vec<_>>().join("\n"))
}

//! Image configurations in the formats that tools print.

use serde_json::Value;
use windows_hostprocess_policy::decode;
use windows_hostprocess_policy::node::image::ImageConfig;

use crate::document::{Document, DocumentError};
use crate::kubewarden::joined;
use crate::object::tree;

/// Image configurations and the images that they belong to.
#[derive(Clone, Debug, Default)]
pub struct Images(Vec<Known>);

#[derive(Clone, Debug)]
struct Known {
    /// The name of the text that it was read from.
    source: String,
    /// The references of the image. If empty, the configuration applies to every image without one.
    names: Vec<String>,
    /// A value with the members of [`ImageConfig`].
    config: Value,
}

impl Images {
    /// Adds the output of `docker image inspect`, a list whose entries have `Config` and the names of the image, or of
    /// `crane config`, an OCI image configuration, which has no name. `image` overrides the names.
    ///
    /// # Errors
    /// The document is neither, or a value has the wrong type; the message begins with the place.
    pub fn add(&mut self, image: Option<&str>, document: &Document) -> Result<(), DocumentError> {
        let entries = match &document.value {
            Value::Array(entries) => entries.iter().enumerate().map(|(n, entry)| (format!("[{n}]"), entry)).collect(),
            entry => vec![(String::new(), entry)],
        };
        for (path, entry) in entries {
            let Some((key, config)) = ["Config", "config"].into_iter().find_map(|key| Some((key, entry.get(key)?)))
            else {
                let message = "found neither 'Config', which 'docker image inspect' prints, nor 'config', which 'crane config' prints";
                return Err(document.error(&path, message));
            };
            let path = joined(&path, key);
            let config = if config.is_null() { Value::Object(serde_json::Map::new()) } else { config.clone() };
            decode::read::<ImageConfig>(&tree(&config))
                .map_err(|error| document.error(&joined(&path, &error.path()), error.message()))?;
            let names = image.map_or_else(|| names(entry), |image| vec![complete(image)]);
            self.0.push(Known { source: document.source.name.clone(), names, config });
        }
        Ok(())
    }

    /// The configuration of an image: the last one that names it, otherwise the last one without a name.
    pub fn of(&self, image: &str) -> Option<&Value> {
        let image = complete(image);
        let named = self.0.iter().rfind(|known| known.names.contains(&image));
        named.or_else(|| self.0.iter().rfind(|known| known.names.is_empty())).map(|known| &known.config)
    }

    /// The names of the texts whose configuration applies to none of these images.
    pub fn unused<'i>(&self, images: impl Iterator<Item = &'i str> + Clone) -> Vec<&str> {
        let is_used = |known: &&Known| {
            known.names.is_empty() || images.clone().any(|image| known.names.contains(&complete(image)))
        };
        self.0.iter().filter(|known| !is_used(known)).map(|known| known.source.as_str()).collect()
    }
}

/// The references in an entry of `docker image inspect`.
fn names(entry: &Value) -> Vec<String> {
    let lists = ["RepoTags", "RepoDigests"].into_iter().filter_map(|key| entry.get(key)?.as_array());
    lists.flatten().filter_map(Value::as_str).map(complete).collect()
}

/// A reference without `docker.io/library/`, like Docker abbreviates it, but always with a tag.
fn complete(reference: &str) -> String {
    let short = reference.strip_prefix("docker.io/").unwrap_or(reference);
    let short = short.strip_prefix("library/").unwrap_or(short);
    let name = short.rsplit('/').next().unwrap_or_default();
    if name.contains([':', '@']) { short.to_owned() } else { [short, ":latest"].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(texts: &[(Option<&str>, &str)]) -> Images {
        let mut images = Images::default();
        for (image, text) in texts {
            images.add(*image, &Document::parse("x.json", text).expect("JSON")).expect("configurations");
        }
        images
    }

    fn user<'i>(images: &'i Images, image: &str) -> Option<&'i str> {
        images.of(image)?["User"].as_str()
    }

    #[test]
    fn docker_inspect_entries_name_their_images() {
        let images = images(&[(
            None,
            r#"[{"RepoTags": ["agent:latest", "registry.example/agent:1"], "RepoDigests": ["agent@sha256:ab"], "Config": {"User": "a"}},
                {"RepoTags": ["other:1"], "Config": {"User": "b"}}]"#,
        )]);
        for image in ["agent", "docker.io/library/agent", "registry.example/agent:1", "agent@sha256:ab"] {
            assert_eq!(user(&images, image), Some("a"), "{image}");
        }
        assert_eq!((user(&images, "other:1"), user(&images, "agent:2")), (Some("b"), None));
        assert_eq!(images.unused(["agent:latest"].into_iter()), ["x.json"]);
        assert!(images.unused(["agent:latest", "other:1"].into_iter()).is_empty());
    }

    #[test]
    fn a_configuration_without_a_name_applies_to_every_other_image() {
        let crane = r#"{"architecture": "amd64", "os": "windows", "config": {"User": "c"}}"#;
        let named = r#"{"os": "windows", "config": {"User": "d"}}"#;
        let images = images(&[(None, crane), (Some("agent:1"), named)]);
        assert_eq!((user(&images, "agent:1"), user(&images, "agent:2")), (Some("d"), Some("c")));
        assert!(images.unused(["agent:1"].into_iter()).is_empty());
    }

    #[test]
    fn other_documents_are_refused_at_their_place() {
        let error = |text: &str| {
            let document = Document::parse("x.json", text).expect("JSON");
            Images::default().add(None, &document).expect_err(text).to_string()
        };
        assert!(error(r#"{"Cmd": ["a"]}"#).starts_with("x.json:1:2: found neither 'Config'"));
        assert_eq!(
            error("[{\"Config\": {}},\n {\"Config\": {\"Cmd\": [1]}}]"),
            "x.json:2:22: [1].Config.Cmd[0]: found a number, expected a string"
        );
    }
}

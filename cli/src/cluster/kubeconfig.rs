//! The cluster of the current kubeconfig, for `check --cluster`, `scan` and `grants --cluster`. It answers the
//! same queries as policy-server's, and lists workloads, with the permissions of the user who runs the command.

use std::collections::HashMap;
use std::env;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use k8s_openapi::api::authorization::v1::SubjectAccessReview;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, ListParams, PostParams};
use kube::config::KubeConfigOptions;
use kube::{Client, Config};
use kubewarden_policy_sdk::host_capabilities::kubernetes::{CanIRequest, GetResourceRequest, ListAllResourcesRequest};
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use windows_hostprocess_policy::cluster::host::Host;

use crate::cluster::error::ClusterError;
use crate::files;

/// The timeout for connecting and for each answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Objects per page of a list; kubectl's default.
const PAGE: u32 = 500;
/// The status of a list whose continue token has expired.
const GONE: u16 = 410;

/// A cluster. Answers are cached, so that many manifests do not repeat a query.
pub struct KubeconfigCluster {
    runtime: Runtime,
    client: Client,
    answers: Mutex<HashMap<Question, Result<Vec<u8>, String>>>,
}

/// An operation of the host capability and its request.
type Question = (String, Vec<u8>);

impl fmt::Debug for KubeconfigCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KubeconfigCluster")
    }
}

impl KubeconfigCluster {
    /// The cluster of the current context in `$KUBECONFIG` or `~/.kube/config`. This does not connect.
    ///
    /// # Errors
    /// The kubeconfig is missing or cannot be used.
    pub fn current() -> Result<KubeconfigCluster, ClusterError> {
        let unusable = |error: &dyn std::error::Error| ClusterError::Kubeconfig(with_causes(error));
        for path in kubeconfigs() {
            files::check_size(&path).map_err(|error| ClusterError::KubeconfigFile { path, error })?;
        }
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(async {
            let options = KubeConfigOptions::default();
            let mut config = Config::from_kubeconfig(&options).await.map_err(|error| unusable(&error))?;
            config.connect_timeout = Some(TIMEOUT);
            config.read_timeout = Some(TIMEOUT);
            Client::try_from(config).map_err(|error| unusable(&error))
        })?;
        Ok(KubeconfigCluster { runtime, client, answers: Mutex::default() })
    }

    /// The namespace of the current context.
    pub fn default_namespace(&self) -> &str {
        self.client.default_namespace()
    }

    /// All objects of a kind, in one namespace or in all; `progress` gets the count after each page. A list whose
    /// continue token expires is read again once, from the start.
    ///
    /// # Errors
    /// The cluster did not answer, or returned an error.
    pub fn list(
        &self,
        api_version: &str,
        kind: &str,
        namespace: Option<&str>,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<DynamicObject>, ClusterError> {
        let resource = resource(api_version, kind);
        let api: Api<DynamicObject> = match namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        };
        let first = ListParams::default().limit(PAGE);
        let (mut parameters, mut objects, mut has_expired) = (first.clone(), Vec::new(), false);
        loop {
            let page = match self.runtime.block_on(within_timeout(api.list(&parameters)))? {
                Err(kube::Error::Api(status)) if status.code == GONE && !has_expired => {
                    (parameters, has_expired) = (first.clone(), true);
                    objects.clear();
                    continue;
                }
                answer => answer.map_err(describe)?,
            };
            objects.extend(page.items);
            progress(objects.len());
            match page.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => parameters = first.clone().continue_token(&token),
                None => return Ok(objects),
            }
        }
    }

    fn ask(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, ClusterError> {
        match operation {
            "list_resources_all" => {
                let request: ListAllResourcesRequest = serde_json::from_slice(request)?;
                let api = self.api(&request.api_version, &request.kind);
                let parameters = ListParams {
                    label_selector: request.label_selector,
                    field_selector: request.field_selector,
                    ..ListParams::default()
                };
                self.wait(api.list(&parameters))
            }
            "get_resource" => {
                let request: GetResourceRequest = serde_json::from_slice(request)?;
                let api = self.api(&request.api_version, &request.kind);
                self.wait(api.get(&request.name))
            }
            "can_i" => {
                let request: CanIRequest = serde_json::from_slice(request)?;
                let review = SubjectAccessReview {
                    spec: request.subject_access_review.into(),
                    ..SubjectAccessReview::default()
                };
                let api = Api::<SubjectAccessReview>::all(self.client.clone());
                self.wait(async move {
                    api.create(&PostParams::default(), &review).await.map(|review| review.status.unwrap_or_default())
                })
            }
            _ => Err(ClusterError::UnknownOperation(operation.to_owned())),
        }
    }

    /// The API for cluster-scoped objects: the policy requests no other objects.
    fn api(&self, api_version: &str, kind: &str) -> Api<DynamicObject> {
        Api::all_with(self.client.clone(), &resource(api_version, kind))
    }

    fn wait<T: Serialize>(&self, answer: impl Future<Output = kube::Result<T>>) -> Result<Vec<u8>, ClusterError> {
        let answer = self.runtime.block_on(within_timeout(answer))?.map_err(describe)?;
        Ok(serde_json::to_vec(&answer)?)
    }
}

/// The files that kube reads.
fn kubeconfigs() -> Vec<PathBuf> {
    match env::var_os("KUBECONFIG").filter(|paths| !paths.is_empty()) {
        Some(paths) => env::split_paths(&paths).collect(),
        None => env::home_dir().map(|home| home.join(".kube").join("config")).into_iter().collect(),
    }
}

async fn within_timeout<T>(answer: impl Future<Output = T>) -> Result<T, ClusterError> {
    tokio::time::timeout(TIMEOUT, answer).await.map_err(|_| ClusterError::Timeout(TIMEOUT.as_secs()))
}

fn resource(api_version: &str, kind: &str) -> ApiResource {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

impl Host for KubeconfigCluster {
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        let question = (operation.to_owned(), request.to_vec());
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let ask = || self.ask(operation, request).map_err(|error| error.to_string());
        answers.entry(question).or_insert_with(ask).clone()
    }
}

/// The error of the cluster, or of the connection to it.
fn describe(error: kube::Error) -> ClusterError {
    ClusterError::Refused(match error {
        kube::Error::Api(status) if !status.message.is_empty() => status.message,
        error => with_causes(&error),
    })
}

/// An error and its causes, leaving out causes that an error message already includes.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

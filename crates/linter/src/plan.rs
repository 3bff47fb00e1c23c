//! Plans: how nodes would start the HostProcess containers of an object.

pub mod images;
pub mod nodes;
pub mod outline;
mod sections;
pub mod start;

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;
use windows_hostprocess_policy::decode;
use windows_hostprocess_policy::judge::{self, Unreadable};
use windows_hostprocess_policy::k8s::pod::{ContainerView, Pod};
use windows_hostprocess_policy::k8s::pod_spec::Volume;
use windows_hostprocess_policy::node::admission::{ContainerError, Rejection};
use windows_hostprocess_policy::node::host::Host;
use windows_hostprocess_policy::node::image::ImageConfig;
use windows_hostprocess_policy::node::launch::Launch;
use windows_hostprocess_policy::node::volume_error::VolumeError;

use crate::creation::Creation;
use crate::linter::Linter;
use crate::manifest::File;
use crate::object::{Object, tree};
use crate::report::FileReport;
use crate::source::Source;
use images::Images;
use nodes::Nodes;
use start::StartPlan;

/// The plan for a HostProcess container: how it starts on each kind of node.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContainerPlan {
    /// The path as given on the command line; `<stdin>` for standard input.
    pub file: String,
    /// The number of the document in the file, from 1; empty documents are not counted.
    pub document: usize,
    /// `Pod`, `DaemonSet`.
    pub kind: String,
    /// The namespace in the manifest or the request; null if absent.
    pub namespace: Option<String>,
    /// `metadata.name`, otherwise `metadata.generateName`.
    pub name: Option<String>,
    /// The name of the container.
    pub container: String,
    /// `containers`, `initContainers` or `ephemeralContainers`.
    pub list: &'static str,
    /// The errors that the kubelet and the container runtime report for the pod as a whole.
    #[serde(flatten)]
    pub pod: PodErrors,
    /// Why the kubelet does not create the container; absent when it does. With an error there are no starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubelet_error: Option<String>,
    /// The start on each kind of node, oldest first. A pod with `rejected` or `volume_error` does not get this far.
    pub starts: Vec<StartPlan>,
    /// The index of the object in its file.
    #[serde(skip)]
    pub object: usize,
    /// The line of the container, from 1.
    #[serde(skip)]
    pub line: usize,
    /// The container in the text, in bytes.
    #[serde(skip)]
    pub range: Range<usize>,
    /// Its image; `None` if absent.
    #[serde(skip)]
    pub image: Option<String>,
    /// Whether the configuration of the image is known.
    #[serde(skip)]
    pub is_image_known: bool,
}

/// Why a pod does not run, or not on every node.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct PodErrors {
    /// Why the kubelet does not admit the pod; absent when it does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<String>,
    /// Why the pod's sandbox is not created; absent when it is. With an error there are no starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox_error: Option<String>,
    /// Why the kubelet cannot set up volumes, by name, on a node that has only the folders of Windows and Kubernetes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub volume_error: BTreeMap<String, String>,
}

/// Plans the starts of containers. Nodes and images are the same for all objects.
#[derive(Debug, Default)]
pub struct Planner<'n> {
    /// Where containers start.
    pub nodes: Nodes<'n>,
    /// The known configurations of their images.
    pub images: Images,
    /// The assumptions about the creation of objects.
    pub creation: Creation,
}

/// The plans for a file, and the findings in it.
#[derive(Debug)]
pub struct FilePlan {
    /// The plans for its HostProcess containers, in the order of the objects.
    pub containers: Vec<ContainerPlan>,
    /// The report on its objects, including those that could not be read.
    pub report: FileReport,
}

impl Planner<'_> {
    /// Plans the starts of the containers in a file, and judges its objects.
    pub fn plan_file(&self, file: File, linter: &Linter) -> FilePlan {
        let mut containers = Vec::new();
        for (index, object) in file.objects.iter().enumerate() {
            // The report shows unreadable objects at their place.
            containers.extend(self.plan(index, object, &file.source).unwrap_or_default());
        }
        FilePlan { containers, report: linter.check(file) }
    }

    /// The plans for the HostProcess containers of the object with this index in a file; empty if it has none.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn plan(&self, index: usize, object: &Object, source: &Source) -> Result<Vec<ContainerPlan>, Unreadable> {
        let tree = object.admission_request(&self.creation);
        let request = judge::read(&tree)?;
        let Some(workload) = request.as_ref().and_then(|request| request.object.as_ref()) else {
            return Ok(Vec::new());
        };
        let errors = self.pod_errors(&workload.pod);
        let plan = |view| {
            let node = object.node.nearest(&ContainerView::own_path(&view));
            let (line, _) = source.line_and_column(node.place().start);
            let range = node.value.clone();
            ContainerPlan { object: index, line, range, ..self.container(object, source, view, &errors) }
        };
        Ok(workload.pod.host_process_containers().map(plan).collect())
    }

    fn container(&self, object: &Object, source: &Source, view: ContainerView, errors: &PodErrors) -> ContainerPlan {
        let known = view.raw.image.and_then(|image| self.images.of(image));
        let config = known.map(tree).unwrap_or_default();
        // Configurations are checked when they are added.
        let image: ImageConfig = decode::read(&config).unwrap_or_default();
        let kubelet_error = ContainerError::of(&view, &image).map(|error| words(&error, object, view));
        let starts = match (&errors.sandbox_error, &kubelet_error) {
            (None, None) => self.starts(view, &image),
            _ => Vec::new(),
        };
        ContainerPlan {
            file: source.name.clone(),
            document: object.document,
            kind: object.kind.clone(),
            namespace: object.namespace().map(str::to_owned),
            name: object.name().map(str::to_owned),
            container: view.name().to_owned(),
            list: view.list.field(),
            pod: errors.clone(),
            kubelet_error,
            starts,
            object: 0,
            line: 0,
            range: 0..0,
            image: view.raw.image.map(str::to_owned),
            is_image_known: known.is_some(),
        }
    }

    fn starts(&self, view: ContainerView, image: &ImageConfig) -> Vec<StartPlan> {
        let is_found = |name: &str, _: &str| !self.nodes.missing_programs.contains(&name);
        let start = |era| {
            let node = self.nodes.node(era);
            let launch = Launch::new(&node, view, image);
            StartPlan::new(era, &launch.start(&is_found))
        };
        self.nodes.eras.iter().copied().map(start).collect()
    }

    fn pod_errors(&self, pod: &Pod) -> PodErrors {
        let (from_sandbox, from_kubelet): (Vec<Rejection>, Vec<Rejection>) =
            Rejection::of(pod).into_iter().partition(|rejection| rejection.is_sandbox_error());
        PodErrors {
            rejected: from_kubelet.iter().map(Rejection::to_string).collect(),
            sandbox_error: from_sandbox.first().map(Rejection::to_string),
            volume_error: self.volume_errors(pod),
        }
    }

    fn volume_errors(&self, pod: &Pod) -> BTreeMap<String, String> {
        let mut host = Host::new(self.nodes.folders.iter().copied());
        let error = |volume: &Volume| {
            let error = VolumeError::of(volume.host_path.as_ref()?, &mut host)?;
            Some((volume.name.unwrap_or_default().to_owned(), error.to_string()))
        };
        pod.spec.volumes.iter().filter_map(error).collect()
    }
}

/// The kubelet's message, which includes the pod's name if the object is a pod.
fn words(error: &ContainerError, object: &Object, view: ContainerView) -> String {
    match error {
        ContainerError::RootUser(..) if object.kind == "Pod" => {
            let namespace = object.namespace().unwrap_or("default");
            let pod = format!("{}_{namespace}(UID)", object.name().unwrap_or_default());
            format!("{error} (pod: {pod:?}, container: {})", view.name())
        }
        _ => error.to_string(),
    }
}

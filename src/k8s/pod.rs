//! A pod with its containers and their effective values: a container's setting overrides the pod's.
//!
//! The inheritance of `windowsOptions` follows `DetermineEffectiveSecurityContext` of Kubernetes'
//! `pkg/securitycontext/util.go` (read at v1.32.10).

use std::cell::OnceCell;

use crate::decode::{Fields, Pairs, Reader, Result, Value};
use crate::k8s::node_selection::NodeSelection;
use crate::k8s::pod_spec::{Container, ContainerList, PodSpec, WindowsOptions};
use crate::k8s::volumes::{JoinedMount, MountingContainer, Volumes};
use crate::windows::account::Account;
use crate::windows::path::WindowsPath;

/// A pod or pod template, with its path in the object.
#[derive(Debug, Default)]
pub struct Pod<'a> {
    /// The prefix of the paths of `metadata` and `spec`: `""` for a Pod, `"spec.template."` for a Deployment.
    pub prefix: &'static str,
    /// The annotations of the pod: those of the template, not of its controller.
    pub annotations: Pairs<'a>,
    /// The labels of the pod.
    pub labels: Pairs<'a>,
    /// The part of the spec that rules read.
    pub spec: PodSpec<'a>,
    /// The whole spec as written.
    pub written_spec: Option<&'a Value<'a>>,
    /// The fields that are set anywhere in it.
    pub fields: Fields,
    /// The HostProcess containers as list and index, computed once because most rules need them.
    host_process: OnceCell<Vec<(ContainerList, usize)>>,
    /// Its volumes and mounts, joined by name.
    pub volumes: Volumes<'a>,
}

/// A value in effect for a container, and the level at which it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective<T> {
    /// The value.
    pub value: T,
    /// The level at which it is set.
    pub set_on: Level,
}

/// A level at which a value can be set, for settings of both pods and containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// On the container itself.
    Container,
    /// On the pod, from which the container inherits it.
    Pod,
}

/// A container with its pod: effective values and paths.
#[derive(Clone, Copy, Debug)]
pub struct ContainerView<'p, 'a> {
    /// The pod from which it inherits.
    pub pod: &'p Pod<'a>,
    /// The container as written, without inherited values.
    pub raw: &'p Container<'a>,
    /// The list that contains it.
    pub list: ContainerList,
    /// Its index in the list, from 0.
    pub index: usize,
}

impl<'a> Pod<'a> {
    /// Reads the `spec` of a pod or pod template.
    ///
    /// # Errors
    /// A field that rules read has the wrong type.
    pub fn read_spec(&mut self, pod: &'a Value<'a>, reader: &mut Reader) -> Result<()> {
        self.written_spec = reader.member(pod, "spec")?;
        reader.read_member(&mut self.spec, pod, "spec")?;
        let containers = self.containers().map(|container| MountingContainer {
            list: container.list,
            index: container.index,
            is_host_process: container.is_host_process(),
            mounts: &container.raw.volume_mounts,
        });
        self.volumes = Volumes::new(&self.spec.volumes, containers);
        Ok(())
    }

    /// The nodes that the pod accepts.
    pub fn node_selection(&self) -> NodeSelection<'_, 'a> {
        NodeSelection(&self.spec)
    }

    /// All containers: regular, init and ephemeral, the three lists that the validation of Kubernetes visits.
    pub fn containers(&self) -> impl Iterator<Item = ContainerView<'_, 'a>> {
        let (regular, init) = (self.spec.containers.len(), self.spec.init_containers.len());
        let all = regular + init + self.spec.ephemeral_containers.len();
        (0..all).map(move |n| match n.checked_sub(regular) {
            None => self.container(ContainerList::Regular, n),
            Some(n) if n < init => self.container(ContainerList::Init, n),
            Some(n) => self.container(ContainerList::Ephemeral, n - init),
        })
    }

    /// The containers whose effective `hostProcess` is true.
    pub fn host_process_containers(&self) -> impl Iterator<Item = ContainerView<'_, 'a>> {
        self.host_process().iter().map(|&(list, index)| self.container(list, index))
    }

    #[inline(never)]
    fn host_process(&self) -> &[(ContainerList, usize)] {
        self.host_process.get_or_init(|| {
            self.containers().filter(ContainerView::is_host_process).map(|c| (c.list, c.index)).collect()
        })
    }

    /// The container with this index in a list.
    pub(crate) fn container(&self, list: ContainerList, index: usize) -> ContainerView<'_, 'a> {
        ContainerView { pod: self, raw: &self.list(list)[index], list, index }
    }

    fn list(&self, list: ContainerList) -> &[Container<'a>] {
        match list {
            ContainerList::Regular => &self.spec.containers,
            ContainerList::Init => &self.spec.init_containers,
            ContainerList::Ephemeral => &self.spec.ephemeral_containers,
        }
    }

    /// Whether `hostProcess: true` is set anywhere, at pod or container level, even if all containers override it. Pod
    /// Security Admission forbids such pods, and most rules look only at them.
    pub fn sets_host_process(&self) -> bool {
        self.windows_options().is_some_and(|options| options.host_process == Some(true))
            || self.containers().any(|c| c.own_windows_options().is_some_and(|o| o.host_process == Some(true)))
    }

    /// `securityContext.windowsOptions` of the pod.
    pub fn windows_options(&self) -> Option<&WindowsOptions<'a>> {
        self.spec.security_context.as_ref()?.windows_options.as_ref()
    }

    /// Whether `os.name` is `name`.
    pub fn os_is(&self, name: &str) -> bool {
        self.spec.os.as_ref().and_then(|os| os.name) == Some(name)
    }

    /// The path of a field of the spec in the object, as `kubectl explain` spells it.
    pub fn path(&self, field: &str) -> String {
        [self.prefix, "spec.", field].concat()
    }

    /// The path of an annotation of the pod.
    pub fn annotation_path(&self, key: &str) -> String {
        format!("{}metadata.annotations[{key}]", self.prefix)
    }

    /// The path of a label of the pod.
    pub fn label_path(&self, key: &str) -> String {
        format!("{}metadata.labels[{key}]", self.prefix)
    }

    /// The first HostProcess container that mounts the volume with this index.
    pub fn first_host_process_user(&self, volume: usize) -> Option<ContainerView<'_, 'a>> {
        let mount = &self.volumes.mounts()[self.volumes.users(volume).first_host_process?];
        Some(self.container(mount.list, mount.container))
    }
}

impl<'p, 'a> ContainerView<'p, 'a> {
    /// The container's mounts, joined with the volumes of the pod.
    pub fn mounts(&self) -> &'p [JoinedMount<'a>] {
        self.pod.volumes.mounts_in(self.list, self.index)
    }

    /// The paths at which volumes are mounted.
    pub fn mounted_places(&self) -> impl Iterator<Item = &'p WindowsPath<'a>> {
        self.mounts().iter().map(|mount| &mount.path).filter(|place| !place.text().is_empty())
    }

    /// The container's name; `""` if it has none.
    pub fn name(&self) -> &'p str {
        self.raw.name.unwrap_or_default()
    }

    /// `securityContext.windowsOptions` of the container itself.
    pub fn own_windows_options(&self) -> Option<&'p WindowsOptions<'a>> {
        self.raw.security_context.as_ref()?.windows_options.as_ref()
    }

    /// Effective `hostProcess`: the container's, else the pod's, else false.
    pub fn is_host_process(&self) -> bool {
        self.windows_option(|options| options.host_process).is_some_and(|effective| effective.value)
    }

    /// Effective `runAsUserName`, independent of where `hostProcess` is set.
    pub fn run_as_user_name(&self) -> Option<Effective<&'p Account<'a>>> {
        self.windows_option(|options| options.run_as_user_name.as_ref())
    }

    /// Effective `runAsNonRoot`.
    pub fn run_as_non_root(&self) -> Option<Effective<bool>> {
        let own = self.raw.security_context.as_ref().and_then(|context| context.run_as_non_root);
        self.effective(own, || self.pod.spec.security_context.as_ref()?.run_as_non_root)
    }

    /// Effective value of one field of `windowsOptions`.
    pub fn windows_option<T>(&self, field: impl Fn(&'p WindowsOptions<'a>) -> Option<T>) -> Option<Effective<T>> {
        self.effective(self.own_windows_options().and_then(&field), || self.pod.windows_options().and_then(&field))
    }

    /// The container's value of a field, else the pod's, with the level at which it is set.
    pub fn effective<T>(&self, own: Option<T>, pods: impl FnOnce() -> Option<T>) -> Option<Effective<T>> {
        match own {
            Some(value) => Some(Effective { value, set_on: Level::Container }),
            None => pods().map(|value| Effective { value, set_on: Level::Pod }),
        }
    }

    /// The path of this container in the object.
    pub fn own_path(&self) -> String {
        self.pod.path(&format!("{}[{}]", self.list.field(), self.index))
    }

    /// The path of a field of this container in the object.
    pub fn path(&self, field: &str) -> String {
        self.pod.path(&format!("{}[{}].{field}", self.list.field(), self.index))
    }

    /// The path of a field that exists on both levels.
    pub fn path_at(&self, level: Level, field: &str) -> String {
        match level {
            Level::Container => self.path(field),
            Level::Pod => self.pod.path(field),
        }
    }
}

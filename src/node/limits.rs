//! The limits of the job object that contains the process and its children.

use crate::k8s::quantity::Amount;
use crate::node::Origin;
use crate::node::failure::Failure;
use crate::node::launch::Launch;

const MEBIBYTE: u64 = 1 << 20;

/// The mebibytes of a memory limit, which is dropped below one.
pub fn mebibytes(limit: Amount) -> u64 {
    u64::try_from(limit.rounded_up()).unwrap_or_default() / MEBIBYTE
}

/// A limit of the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processor {
    /// A hard cap, in hundredths of a percent of all processors.
    Cap(u32),
    /// A weight from 1 to 9.
    Weight(u32),
}

/// The limits of a job object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The bytes that the processes may commit, in whole mebibytes.
    pub memory: Option<(u64, Origin)>,
    /// The limit of the processor.
    pub processor: Option<(Processor, Origin)>,
}

const MEMORY: &str = "io.microsoft.container.memory.sizeinmb";
const COUNT: &str = "io.microsoft.container.processor.count";
const LIMIT: &str = "io.microsoft.container.processor.limit";
const WEIGHT: &str = "io.microsoft.container.processor.weight";

impl Launch<'_, '_> {
    /// The limits: annotations override those of the container. Requests limit nothing, and memory below a mebibyte is
    /// not a limit. Storage limits, which only annotations set, are not part of the model.
    ///
    /// # Errors
    /// More than one limit of the processor is set.
    pub fn limits(&self) -> Result<Limits, Failure> {
        Ok(Limits { memory: self.memory_limit(), processor: self.processor_limit()? })
    }

    fn memory_limit(&self) -> Option<(u64, Origin)> {
        let (mebibytes, origin) = match self.number(MEMORY) {
            Some(mebibytes) => (mebibytes, Origin::Annotation(MEMORY)),
            None => (mebibytes(self.limit("memory")?), Origin::Container("resources.limits.memory", None)),
        };
        (mebibytes > 0).then(|| (mebibytes.wrapping_mul(MEBIBYTE), origin))
    }

    fn processor_limit(&self) -> Result<Option<(Processor, Origin)>, Failure> {
        let [count, limit, weight] =
            [COUNT, LIMIT, WEIGHT].map(|key| self.number(key).map_or(0, |number| number as i32));
        let (limit, limit_origin) = match (limit, self.processor_maximum()) {
            (0, Some(maximum)) => (maximum, Origin::Container("resources.limits.cpu", None)),
            _ => (limit, Origin::Annotation(LIMIT)),
        };
        if [count, limit, weight].into_iter().filter(|number| *number > 0).count() > 1 {
            return Err(Failure::ProcessorLimits(count, limit, weight));
        }
        let processors = self.node.processors.max(1);
        let positive = |number: i32| u32::try_from(number).ok().filter(|number| *number > 0);
        Ok(if let Some(count) = positive(count) {
            let cap = (count.min(processors) * 10_000 / processors).max(1);
            Some((Processor::Cap(cap), Origin::Annotation(COUNT)))
        } else if let Some(cap) = positive(limit) {
            Some((Processor::Cap(cap), limit_origin))
        } else {
            let weight = positive(weight).map(|weight| Processor::Weight(1 + weight.saturating_mul(8) / 10_000));
            weight.map(|weight| (weight, Origin::Annotation(WEIGHT)))
        })
    }

    /// The kubelet's `calculateCPUMaximum`.
    fn processor_maximum(&self) -> Option<i32> {
        let limit = self.limit("cpu").filter(|limit| *limit != Amount::ZERO)?;
        let maximum = limit.thousandths().saturating_mul(10) / i64::from(self.node.processors.max(1));
        i32::try_from(maximum.clamp(1, 10_000)).ok()
    }

    fn limit(&self, resource: &str) -> Option<Amount> {
        self.container.raw.resources.as_ref()?.limits.get(resource)?.amount()
    }

    /// The value of an annotation, if it is a number other than zero.
    fn number(&self, key: &str) -> Option<u64> {
        let text = self.annotation(key)?;
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?.filter(|number| *number != 0)
    }
}

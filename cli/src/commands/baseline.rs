//! The arguments about baselines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hostprocess_linter::Report;

use crate::waivers::baseline::{Baseline, BaselineError};

/// Which findings need not be fixed today.
#[derive(Debug, clap::Args)]
pub struct BaselineArgs {
    /// Tolerate the findings in this file
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what was found to this file, for --baseline, and tolerate it
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
}

impl BaselineArgs {
    /// The baseline that is there already.
    ///
    /// # Errors
    /// See [`Baseline::read`].
    pub fn read(&self) -> Result<Option<Baseline>, BaselineError> {
        self.baseline.as_deref().map(Baseline::read).transpose()
    }

    /// The file that is read.
    pub fn input(&self) -> Option<&Path> {
        self.baseline.as_deref()
    }

    /// The file that is written.
    pub fn output(&self) -> Option<&Path> {
        self.write_baseline.as_deref()
    }

    /// Waives what is in the baseline that was `read`, or in the one that this writes.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn waive(
        &self,
        read: Option<Baseline>,
        report: &mut Report,
        judged: &BTreeSet<&'static str>,
    ) -> Result<(), BaselineError> {
        if let (Some(path), Some(baseline)) = (&self.baseline, read) {
            baseline.waive(report, judged, path);
        }
        if let Some(path) = &self.write_baseline {
            let baseline = Baseline::of(report);
            baseline.write(path)?;
            baseline.waive(report, judged, path);
        }
        Ok(())
    }
}

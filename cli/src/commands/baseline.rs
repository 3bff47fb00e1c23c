//! Arguments for baselines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hostprocess_linter::Report;

use crate::waivers::baseline::{Baseline, BaselineError};

/// The baselines to read and to write.
#[derive(Debug, clap::Args)]
pub struct BaselineArgs {
    /// Ignore the findings in this file
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the findings to this file, for later use with --baseline, and ignore them in this run
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
}

impl BaselineArgs {
    /// Reads the existing baseline.
    ///
    /// # Errors
    /// See [`Baseline::read`].
    pub fn read(&self) -> Result<Option<Baseline>, BaselineError> {
        self.baseline.as_deref().map(Baseline::read).transpose()
    }

    /// The file to read.
    pub fn input(&self) -> Option<&Path> {
        self.baseline.as_deref()
    }

    /// The file to write.
    pub fn output(&self) -> Option<&Path> {
        self.write_baseline.as_deref()
    }

    /// Waives the findings in the baseline `read`, or in the one that this writes.
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

//! A thread that runs tasks, one at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossbeam_channel::{Sender, unbounded};

use crate::lsp::setup::Load;
use crate::lsp::task::{Done, Task};

/// A finished task, by the number that it was given; `None` after a panic.
pub type Finished = (u64, Option<Done>);

/// A thread that runs tasks. It ends after its last task once this value is dropped.
#[derive(Debug)]
pub struct Worker {
    tasks: Sender<(u64, Task)>,
}

impl Worker {
    /// Starts a thread, which sends its results to `finished`.
    pub fn start(load: Load, finished: Sender<Finished>) -> Worker {
        let (tasks, to_do) = unbounded::<(u64, Task)>();
        thread::spawn(move || {
            for (number, task) in to_do {
                let done = catch_unwind(AssertUnwindSafe(|| task.run(&load))).ok();
                if finished.send((number, done)).is_err() {
                    return;
                }
            }
        });
        Worker { tasks }
    }

    /// Gives it a task.
    pub fn run(&self, number: u64, task: Task) {
        // The thread lives as long as this value.
        let _ = self.tasks.send((number, task));
    }
}

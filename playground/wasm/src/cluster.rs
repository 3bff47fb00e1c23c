//! Recorded answers of a cluster for the module, whose host is the page.

use std::sync::{Arc, Mutex};

use hostprocess_linter::SharedHost;
use hostprocess_linter::recorded::RecordedCluster;
use recorded_cluster::Session;
use windows_hostprocess_policy::cluster::host::{Host, NoCluster};

use crate::lock;

/// The session that is replayed.
static CLUSTER: Mutex<Option<RecordedCluster>> = Mutex::new(None);

/// Parses a session; `None` if the text is empty.
///
/// # Errors
/// The text is not a session.
pub fn session(text: &str) -> Result<Option<Session>, String> {
    if text.trim().is_empty() { Ok(None) } else { Session::read(text).map(Some).map_err(|error| error.to_string()) }
}

/// Replays a session from its beginning.
///
/// # Errors
/// The text is not a session.
pub fn replay(text: &str) -> Result<(), String> {
    *lock(&CLUSTER) = session(text)?.map(RecordedCluster);
    Ok(())
}

/// The answer to the next query.
///
/// # Errors
/// There is no cluster, or the session contains another query or an error next.
pub fn answer(operation: &str, payload: &[u8]) -> Result<String, String> {
    let answer = match &*lock(&CLUSTER) {
        Some(cluster) => cluster.call(operation, payload)?,
        None => NoCluster.call(operation, payload)?,
    };
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The host of a linter that replays no session.
pub fn no_cluster() -> SharedHost {
    Arc::new(NoCluster)
}

//! Accounts that a HostProcess container can run as.

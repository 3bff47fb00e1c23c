//! Is it a HostProcess pod that Kubernetes accepts?

group!(host_network);

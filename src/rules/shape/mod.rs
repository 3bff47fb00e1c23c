//! Is it a HostProcess pod that Kubernetes accepts?

group!(host_network, all_containers, level_conflict, host_users, port_mismatch, os_linux, resize, pod_level);

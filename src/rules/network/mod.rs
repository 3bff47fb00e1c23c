//! Network settings: what has no effect on a HostProcess pod.

group!(dns_policy, hosts_and_hostname, host_ports);

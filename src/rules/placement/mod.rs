//! Does it land on a Windows node?

group!(windows_node, linux_node, run_as_uid, os_name, linux_only_fields, host_namespaces);

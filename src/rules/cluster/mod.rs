//! Facts of the nodes, asked only when the settings say so (`nodes.check`).

mod affected;

group!(min_kubernetes, min_containerd, no_windows_node, windows_build);

//! Commands as the kubelet, containerd and hcsshim pass them on.

//! Windows paths as the kubelet and containerd read them.

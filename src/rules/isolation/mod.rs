//! Does it claim an isolation that it does not get?

group!(hyperv_runtime_class, hyperv_annotations, reserved_annotations);

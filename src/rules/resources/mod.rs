//! Resource limits: the only isolation there is.

group!(tiny_memory_limit, resource_limits);

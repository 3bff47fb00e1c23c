//! Images.

group!(base_image_misuse, image_reference);

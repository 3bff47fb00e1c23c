//! Sixteen bytes looked at at once: with 128-bit SIMD in the guest, one by one elsewhere.

use std::ops::{BitAnd, BitOr};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd as lanes;

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub struct Sixteen(lanes::Bytes);

/// For each of sixteen bytes, whether something holds of it.
#[derive(Clone, Copy)]
pub struct Lanes(lanes::Flags);

impl From<&[u8; 16]> for Sixteen {
    #[inline(always)]
    fn from(bytes: &[u8; 16]) -> Sixteen {
        Sixteen(lanes::load(bytes))
    }
}

impl Sixteen {
    /// The bytes that are this one.
    #[inline(always)]
    pub fn equal(self, byte: u8) -> Lanes {
        Lanes(lanes::equal(self.0, byte))
    }

    /// Control characters, and the bytes of characters that are not ASCII.
    #[inline(always)]
    pub fn control_or_non_ascii(self) -> Lanes {
        Lanes(lanes::less(self.0, b' ' as i8))
    }

    /// Letters in lower case and `[` and `]` as `{` and `}`, which is the same bit. Other bytes may change, too.
    #[inline(always)]
    pub fn folded(self) -> Sixteen {
        Sixteen(lanes::with_bits(self.0, 0x20))
    }
}

impl Lanes {
    /// Whether it holds of any.
    #[inline(always)]
    pub fn any(self) -> bool {
        lanes::any(self.0)
    }

    /// A bit for each byte, the lowest for the first.
    #[inline(always)]
    pub fn bits(self) -> u32 {
        lanes::bits(self.0)
    }
}

impl BitOr for Lanes {
    type Output = Lanes;

    #[inline(always)]
    fn bitor(self, other: Lanes) -> Lanes {
        Lanes(lanes::or(self.0, other.0))
    }
}

impl BitAnd for Lanes {
    type Output = Lanes;

    #[inline(always)]
    fn bitand(self, other: Lanes) -> Lanes {
        Lanes(lanes::and(self.0, other.0))
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_lt, i8x16_splat, u8x16_eq, v128, v128_any_true, v128_load};
    pub use std::arch::wasm32::{v128_and as and, v128_or as or};

    pub type Bytes = v128;
    pub type Flags = v128;

    #[inline(always)]
    pub fn load(bytes: &[u8; 16]) -> v128 {
        #[allow(unsafe_code, reason = "there is no safe way to load a vector")]
        // SAFETY: the reference is to sixteen readable bytes, and the load needs no alignment.
        unsafe {
            v128_load(bytes.as_ptr().cast())
        }
    }

    #[inline(always)]
    pub fn equal(bytes: v128, byte: u8) -> v128 {
        u8x16_eq(bytes, i8x16_splat(byte as i8))
    }

    #[inline(always)]
    pub fn less(bytes: v128, limit: i8) -> v128 {
        i8x16_lt(bytes, i8x16_splat(limit))
    }

    #[inline(always)]
    pub fn with_bits(bytes: v128, bits: u8) -> v128 {
        or(bytes, i8x16_splat(bits as i8))
    }

    #[inline(always)]
    pub fn any(flags: v128) -> bool {
        v128_any_true(flags)
    }

    #[inline(always)]
    pub fn bits(flags: v128) -> u32 {
        i8x16_bitmask(flags).into()
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes {
    pub type Bytes = [u8; 16];
    pub type Flags = u16;

    pub fn load(bytes: &[u8; 16]) -> [u8; 16] {
        *bytes
    }

    fn flags(bytes: [u8; 16], holds: impl Fn(u8) -> bool) -> u16 {
        bytes.iter().enumerate().fold(0, |flags, (lane, byte)| flags | u16::from(holds(*byte)) << lane)
    }

    pub fn equal(bytes: [u8; 16], byte: u8) -> u16 {
        flags(bytes, |other| other == byte)
    }

    pub fn less(bytes: [u8; 16], limit: i8) -> u16 {
        flags(bytes, |byte| (byte as i8) < limit)
    }

    pub fn with_bits(bytes: [u8; 16], bits: u8) -> [u8; 16] {
        bytes.map(|byte| byte | bits)
    }

    pub fn and(a: u16, b: u16) -> u16 {
        a & b
    }

    pub fn or(a: u16, b: u16) -> u16 {
        a | b
    }

    pub fn any(flags: u16) -> bool {
        flags != 0
    }

    pub fn bits(flags: u16) -> u32 {
        flags.into()
    }
}

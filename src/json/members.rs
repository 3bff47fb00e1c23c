//! The members of an object that somebody wants to read, found by a perfect hash that is made at compile time.

/// The keys of an object that somebody wants to read.
#[derive(Clone, Copy, Debug)]
pub struct Members {
    /// Compared exactly.
    pub(super) keys: &'static [&'static str],
    /// One bit for each, the lowest for the first: whether an object without it is an error.
    pub(super) required: u64,
    /// What no two keys have the same slot with.
    factor: u32,
    /// For each slot the place of its key, or `NONE`.
    slots: [u8; SLOTS],
}

const SLOTS: usize = 64;
const NONE: u8 = u8::MAX;

impl Members {
    /// At most 64 keys that differ in their first letter, last letter or length; does not compile with others, because
    /// nothing then is ever found that tells them apart.
    pub const fn new(keys: &'static [&'static str], required: u64) -> Members {
        let mut members = Members { keys, required, factor: 1, slots: [NONE; SLOTS] };
        while !members.fill() {
            // Any other number would do; this goes through all of them.
            members.factor = members.factor.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        }
        members
    }

    /// The keys.
    pub fn keys(&self) -> &'static [&'static str] {
        self.keys
    }

    /// Puts every key into its slot; `false` where one is taken.
    const fn fill(&mut self) -> bool {
        self.slots = [NONE; SLOTS];
        let mut index = 0;
        while index < self.keys.len() {
            let slot = self.slot(self.keys[index].as_bytes());
            if self.slots[slot] != NONE {
                return false;
            }
            self.slots[slot] = index as u8;
            index += 1;
        }
        true
    }

    #[inline(always)]
    const fn slot(&self, key: &[u8]) -> usize {
        let (Some(first), Some(last)) = (key.first(), key.last()) else { return 0 };
        let looks = *first as u32 | (*last as u32) << 8 | (key.len() as u32) << 16;
        (looks.wrapping_mul(self.factor) >> 26) as usize
    }

    /// The key that could be this one. Any other is not.
    #[inline(always)]
    pub(super) fn candidate(&self, key: &[u8]) -> Option<(usize, &'static str)> {
        let index = usize::from(self.slots[self.slot(key)]);
        self.keys.get(index).map(|key| (index, *key))
    }
}

#[cfg(test)]
mod tests {
    use super::Members;

    #[test]
    fn every_key_is_its_own_candidate() {
        const KEYS: &[&str] =
            &["", "a", "b", "ab", "ba", "name", "kind", "spec", "status", "metadata", "hostIPC", "hostPID"];
        const MEMBERS: Members = Members::new(KEYS, 0);
        for (index, key) in KEYS.iter().enumerate() {
            assert_eq!(MEMBERS.candidate(key.as_bytes()), Some((index, *key)));
        }
    }
}

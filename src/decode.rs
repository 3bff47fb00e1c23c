//! How single JSON values are read: borrowed where the payload allows it, `null` read as absent, and
//! nothing copied that no rule looks at.
//!
//! Kubernetes treats an explicit `null` like a missing field, so every optional field here does too.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// A string of the payload: borrowed unless JSON escapes force a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(value: &'a str) -> Self {
        Text(Cow::Borrowed(value))
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(value.to_owned())))
    }
}

/// A `resource.Quantity` as written: a string (`"100Mi"`) or a plain number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity<'a>(pub Text<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Quantity<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(QuantityVisitor)
    }
}

struct QuantityVisitor;

impl<'de> Visitor<'de> for QuantityVisitor {
    type Value = Quantity<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a quantity such as \"100Mi\"")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        TextVisitor.visit_borrowed_str(value).map(Quantity)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        TextVisitor.visit_str(value).map(Quantity)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }
}

/// Whether a field is set to anything but `null` or an empty list; its value is skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IsSet(pub bool);

impl<'de> Deserialize<'de> for IsSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IsSetVisitor)
    }
}

struct IsSetVisitor;

impl<'de> Visitor<'de> for IsSetVisitor {
    type Value = IsSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<IsSet, E> {
        Ok(IsSet(false))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<IsSet, E> {
        Ok(IsSet(true))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<IsSet, E> {
        Ok(IsSet(true))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<IsSet, E> {
        Ok(IsSet(true))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<IsSet, E> {
        Ok(IsSet(true))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<IsSet, E> {
        Ok(IsSet(true))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<IsSet, A::Error> {
        let mut any = false;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            any = true;
        }
        Ok(IsSet(any))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<IsSet, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(IsSet(true))
    }
}

/// A list; `null` is the empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        List(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<Vec<T>>::deserialize(deserializer).map(|list| List(list.unwrap_or_default()))
    }
}

/// `null` reads as the type's default: an absent object.
pub fn null_as_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A JSON object as pairs in the order written (`null` is the empty one): cheaper than a map for the few
/// lookups that rules do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs<'a, V = Text<'a>>(pub Vec<(Text<'a>, V)>);

impl<V> Default for Pairs<'_, V> {
    fn default() -> Self {
        Pairs(Vec::new())
    }
}

impl<'a, V> Pairs<'a, V> {
    /// The value under `key`, compared exactly; the last one wins, as in JSON objects.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.iter().rev().find(|(k, _)| &**k == key).map(|(_, v)| v)
    }

    /// All pairs in the order written.
    pub fn iter(&self) -> std::slice::Iter<'_, (Text<'a>, V)> {
        self.0.iter()
    }
}

impl<'de: 'a, 'a, V: Deserialize<'de>> Deserialize<'de> for Pairs<'a, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for PairsVisitor<V> {
            type Value = Pairs<'de, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Pairs::default())
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                deserializer.deserialize_map(self)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                // `Option`: a null value is an absent one.
                while let Some((key, value)) = map.next_entry::<Text<'de>, Option<V>>()? {
                    if let Some(value) = value {
                        pairs.push((key, value));
                    }
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_option(PairsVisitor(PhantomData))
    }
}

//! A first look at a fact. Hundreds of leaves ask for the commonest kinds, and most ask what only a fact of something unwell
//! says: a few numbers that lie together tell that without touching the leaf.
//!
//! Invariant: a gate never holds back a fact that its leaf accepts.

use crate::fact::row::ByPosition;
use crate::signature::compile::FactLeaf;

/// What a fact must look like for a leaf to be asked at all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    /// Fields that the fact must know, as bits in the order of [`crate::fact::Kind::fields`].
    needs: u64,
    /// Fields that it must not know.
    refuses: u64,
    /// The texts of which the leaf names the fewest.
    texts: [Wanted; 2],
    /// The place of a number, and its bounds.
    number: Option<(usize, [f64; 2])>,
}

/// A text that must be one of a few.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    position: usize,
    /// Their [`bit_of`]s together.
    bits: u64,
}

impl Wanted {
    const ANY: Self = Wanted {
        position: 0,
        bits: u64::MAX,
    };

    fn new((position, digests): (usize, Vec<u64>)) -> Self {
        let bits = digests
            .into_iter()
            .map(bit_of)
            .fold(0, |all, bit| all | bit);
        Wanted { position, bits }
    }

    fn is_met(self, fact: &ByPosition<'_, '_>) -> bool {
        self.bits & bit_of(fact.digest(self.position)) != 0
    }
}

impl Gate {
    pub(super) fn new(leaf: &FactLeaf) -> Self {
        let (needs, refuses) = leaf.needs();
        let mut few: Vec<_> = leaf.digests().collect();
        few.sort_by_key(|(_, digests)| digests.len());
        let mut few = few.into_iter().map(Wanted::new);
        let mut text = || few.next().unwrap_or(Wanted::ANY);
        Gate {
            needs,
            refuses,
            texts: [text(), text()],
            number: leaf.bounds().next(),
        }
    }

    pub(super) fn lets_pass(&self, fact: &ByPosition<'_, '_>) -> bool {
        self.needs & !fact.known == 0
            && self.refuses & fact.known == 0
            && self.texts.iter().all(|wanted| wanted.is_met(fact))
            && self.number.is_none_or(|(position, [least, most])| {
                let number = fact.number(position);
                number.is_none_or(|number| least <= number && number <= most)
            })
    }
}

/// One bit of 64 for the digest of a text.
fn bit_of(digest: u64) -> u64 {
    // Multiplying by the golden ratio mixes all bits into the upper ones.
    1 << (digest.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Fact, kind};
    use crate::signature::load::SourceFile;
    use crate::signature::{SignatureSet, compile::Leaf};
    use proptest::prelude::*;

    const LEAVES: &str = "
  - fact: {kind: container, where: {state: waiting, reason: {in: [CrashLoopBackOff, ErrImagePull]}, type: app}}
  - fact: {kind: container, where: {reason: {ne: OOMKilled}, restarts: {ge: 3, lt: 5}}}
  - fact: {kind: container, where: {reason: {exists: false}, exit_code: 137}}
  - fact: {kind: container, where: {restarts: {ne: 3}, exit_code: {in: [1, 137]}}}
  - fact: {kind: container, where: {restarts: {gt: {field: exit_code}}, state: {matches: '^w'}}}
";

    fn set() -> SignatureSet {
        let text = format!(
            "id: a\ntitle: {{en: t, zh: t}}\nseverity: error\nconfidence: high\ncategory: node\nmatch:\n  all:{LEAVES}\
             cause: {{en: c, zh: c}}\nimpact: {{en: i, zh: i}}\nremedy: [{{en: r, zh: r, risk: read-only}}]\n\
             samples: {{positive: [{{member: m, text: t}}], negative: [{{member: m, text: t}}]}}\n"
        );
        let file = SourceFile {
            name: "a.yaml".into(),
            text,
        };
        SignatureSet::empty()
            .with_files(vec![file])
            .expect("the rule is sound")
    }

    fn maybe(texts: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
        proptest::option::of(proptest::sample::select(texts))
    }

    proptest! {
        #[test]
        fn no_fact_that_a_leaf_accepts_is_held_back(
            facts in proptest::collection::vec(
                (
                    maybe(&["waiting", "running", "terminated"]),
                    maybe(&["CrashLoopBackOff", "ErrImagePull", "OOMKilled"]),
                    maybe(&["app", "init"]),
                    maybe(&["0", "2", "3", "4", "5", "200"]),
                    maybe(&["0", "1", "137"]),
                ),
                1..20,
            ),
        ) {
            let set = set();
            let signature = set.iter().next().expect("there is one");
            let mut accepted = 0;
            for (state, reason, of, restarts, exit_code) in facts {
                let mut fact = Fact::new(&kind::CONTAINER, 0);
                let fields = [("type", of), ("state", state), ("reason", reason), ("restarts", restarts), ("exit_code", exit_code)];
                for (name, text) in fields {
                    fact.set(name, text.unwrap_or(""), 0);
                }
                let fact = ByPosition::new(&fact);
                for leaf in signature.leaves.iter().filter_map(Leaf::as_fact) {
                    let is_accepted = leaf.accepts(&fact);
                    accepted += usize::from(is_accepted);
                    prop_assert!(!is_accepted || Gate::new(leaf).lets_pass(&fact));
                }
            }
            prop_assume!(accepted > 0);
        }
    }

    #[test]
    fn what_is_well_is_held_back() {
        let set = set();
        let signature = set.iter().next().expect("there is one");
        let mut well = Fact::new(&kind::CONTAINER, 0);
        well.set("type", "app", 0)
            .set("state", "running", 0)
            .set("restarts", "2", 0);
        let well = ByPosition::new(&well);
        let leaves = signature.leaves.iter().filter_map(Leaf::as_fact);
        // Only a pattern and a comparison between fields need the leaf itself.
        let asked: Vec<bool> = leaves
            .map(|leaf| Gate::new(leaf).lets_pass(&well))
            .collect();
        assert_eq!(asked, [false, false, false, false, true]);
    }
}

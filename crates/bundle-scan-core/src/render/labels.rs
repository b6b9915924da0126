//! What the names of entities, properties and containers are called where people read them. JSON keeps the names.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::base::lang::Lang;

static CHINESE: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("labels.txt").lines();
    let rows = lines.filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.split_once(' ')).collect()
});

/// The label of an entity or a property; a name that nobody translated is its own.
pub(super) fn label(name: &str, lang: Lang) -> Cow<'_, str> {
    let chinese = || CHINESE.get(name).copied();
    match chinese().filter(|_| lang == Lang::Zh) {
        Some(word) => Cow::Borrowed(word),
        None if name.contains('_') => Cow::Owned(name.replace('_', " ")),
        None => Cow::Borrowed(name),
    }
}

/// What a bundle is: `tar.gz`, a directory.
pub(super) fn container(id: &str, lang: Lang) -> &str {
    match (lang, id) {
        (Lang::Zh, "directory") => "目录",
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::fact::census::PROPERTIES;
    use crate::signature::SignatureSet;

    #[test]
    fn all_that_signatures_name_has_a_chinese_label_and_nothing_else() {
        let builtin = SignatureSet::builtin().expect("linted");
        let entities = builtin.iter().flat_map(|signature| {
            let entities = &signature.spec().entities;
            entities.values().map(String::as_str)
        });
        let named: BTreeSet<&str> = entities.chain(PROPERTIES).chain(["disk"]).collect();
        let labelled: BTreeSet<&str> = CHINESE.keys().copied().collect();
        let unlabelled: Vec<_> = named.difference(&labelled).collect();
        assert!(
            unlabelled.is_empty(),
            "add to render/labels.txt: {unlabelled:?}"
        );
        let idle: Vec<_> = labelled.difference(&named).collect();
        assert_eq!(idle, Vec::<&&str>::new(), "nothing is called so");
    }

    #[test]
    fn labels_are_words() {
        assert_eq!(label("exit_code", Lang::En), "exit code");
        assert_eq!(label("exit_code", Lang::Zh), "退出码");
        assert_eq!(label("my_own", Lang::Zh), "my own");
        assert_eq!(container("directory", Lang::Zh), "目录");
        assert_eq!(container("tar.gz", Lang::Zh), "tar.gz");
    }
}

//! An immutable set of signatures, shared by every scan.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::builtin::{BUILTINS, Builtin};
use super::compile::{Entities, FactLeaf, Leaf, LineLeaf};
use super::complaint::{Complaint, SignatureError};
use super::lint;
use super::load::{self, SourceFile};
use super::plan::{self, Plan};
use super::schema::{Detection, Spec, Threshold};
use crate::base::two::at_once;

/// Of [`SignatureSet::similar`]: how alike two names must be, of 1.0 for the same ...
const LIKE: f64 = 0.85;
/// ... and how many are told.
const MOST_SIMILAR: usize = 5;

/// One signature, compiled.
#[derive(Debug)]
#[non_exhaustive]
pub struct Signature {
    /// See [`Spec::id`].
    pub id: String,
    /// All that its file says: read at once, or, of one that is embedded, when it is first asked for.
    spec: OnceLock<Box<Spec>>,
    /// The same as JSON, of one that is embedded.
    json: &'static str,
    /// The name of its file.
    pub file: String,
    /// The text of its file.
    pub yaml: Cow<'static, str>,
    /// SHA-256 of that text.
    digest: [u8; 32],
    /// See [`Compiled::leaves`](super::plan::Compiled::leaves).
    #[doc(hidden)]
    pub leaves: Vec<Leaf>,
    /// See [`Compiled::plan`](super::plan::Compiled::plan).
    #[doc(hidden)]
    pub plan: Option<Plan>,
    /// See [`Spec::threshold`].
    #[doc(hidden)]
    pub threshold: Option<Threshold>,
    /// See [`Spec::entities`].
    #[doc(hidden)]
    pub entities: Entities,
}

impl Signature {
    fn new(spec: Spec, file: String, yaml: Cow<'static, str>) -> Self {
        let compiled = plan::compile(Detection::from(&spec));
        Signature {
            id: spec.id.clone(),
            spec: OnceLock::from(Box::new(spec)),
            json: "",
            file,
            digest: Sha256::digest(yaml.as_bytes()).into(),
            yaml,
            leaves: compiled.leaves,
            plan: compiled.plan,
            threshold: compiled.threshold,
            entities: compiled.entities,
        }
    }

    fn embedded(builtin: &'static Builtin) -> Result<Self, SignatureError> {
        let invalid = |error: serde_json::Error| {
            let place = (error.line(), error.column());
            let message = error.to_string();
            let complaint =
                Complaint::at(builtin.name, builtin.detection, place, "schema", message);
            SignatureError::Invalid {
                complaints: vec![complaint],
            }
        };
        let detection = serde_json::from_str(builtin.detection).map_err(invalid)?;
        let compiled = plan::compile(detection);
        Ok(Signature {
            id: builtin.id.to_owned(),
            spec: OnceLock::new(),
            json: builtin.json,
            file: builtin.name.to_owned(),
            yaml: Cow::Borrowed(builtin.yaml),
            digest: builtin.digest,
            leaves: compiled.leaves,
            plan: compiled.plan,
            threshold: compiled.threshold,
            entities: compiled.entities,
        })
    }

    /// All that its file says.
    pub fn spec(&self) -> &Spec {
        self.spec.get_or_init(|| {
            let spec = serde_json::from_str(self.json);
            spec.map(Box::new)
                .expect("the tests of the library read every one that is embedded")
        })
    }

    /// Whether this is its id, an alias, or its category.
    pub fn is_named(&self, name: &str) -> bool {
        self.id == name || {
            let spec = self.spec();
            spec.category.as_str() == name || spec.aliases.iter().any(|alias| alias == name)
        }
    }

    /// The leaves that look at lines.
    #[doc(hidden)]
    pub fn line_leaves(&self) -> impl Iterator<Item = &LineLeaf> {
        self.leaves.iter().filter_map(Leaf::as_line)
    }

    /// The leaves that look at facts.
    #[doc(hidden)]
    pub fn fact_leaves(&self) -> impl Iterator<Item = &FactLeaf> {
        self.leaves.iter().filter_map(Leaf::as_fact)
    }

    /// Its file, as it was read.
    pub fn source(&self) -> SourceFile {
        SourceFile {
            name: self.file.clone(),
            text: self.yaml.clone().into_owned(),
        }
    }
}

/// Signatures sorted by id. Cheap to clone; never changes.
#[derive(Clone, Debug, Default)]
pub struct SignatureSet {
    by_id: BTreeMap<String, Arc<Signature>>,
}

impl SignatureSet {
    /// A set without signatures.
    pub fn empty() -> Self {
        SignatureSet::default()
    }

    /// The signatures that are embedded into the library.
    ///
    /// # Errors
    /// Never in a library that passed its own tests; a [`SignatureError`] otherwise.
    pub fn builtin() -> Result<Self, SignatureError> {
        let read = |builtins: &'static [Builtin]| -> Result<Vec<Signature>, SignatureError> {
            builtins.iter().map(Signature::embedded).collect()
        };
        let (first, second) = BUILTINS.split_at(BUILTINS.len() / 2);
        let (first, second) = at_once(|| read(first), || read(second));
        let mut set = SignatureSet::empty();
        first?
            .into_iter()
            .chain(second?)
            .for_each(|signature| set.insert(signature));
        Ok(set)
    }

    /// This set and every signature below `folder`; one with the same id takes the place of the old one.
    ///
    /// # Errors
    /// [`SignatureError`] when the folder cannot be read or a file in it breaks a rule; it holds every mistake found.
    pub fn with_dir(self, folder: impl AsRef<Path>) -> Result<Self, SignatureError> {
        self.with_files(load::read_folder(folder.as_ref())?)
    }

    /// This set and the given signature files; one with the same id takes the place of the old one.
    ///
    /// # Errors
    /// [`SignatureError::Invalid`] with every mistake found in the files.
    pub fn with_files(mut self, files: Vec<SourceFile>) -> Result<Self, SignatureError> {
        let (specs, mut complaints) = lint::files(&files);
        if complaints.is_empty() {
            for (spec, file) in specs.into_iter().zip(files) {
                self.insert(Signature::new(spec, file.name, Cow::Owned(file.text)));
            }
            complaints = lint::causes(&self);
        }
        match complaints.is_empty() {
            true => Ok(self),
            false => Err(SignatureError::Invalid { complaints }),
        }
    }

    /// The signatures for which `keep` says yes.
    pub fn filtered(mut self, keep: impl Fn(&Signature) -> bool) -> Self {
        self.by_id.retain(|_, signature| keep(signature));
        self
    }

    /// This set and a copy of `signature` that has no leaf but this one.
    pub(crate) fn with_only_leaf(mut self, signature: &Signature, leaf: usize) -> Self {
        let mut spec = signature.spec().clone();
        spec.rule.any = spec.rule.any.into_iter().skip(leaf).take(1).collect();
        self.insert(Signature::new(
            spec,
            signature.file.clone(),
            signature.yaml.clone(),
        ));
        self
    }

    fn insert(&mut self, signature: Signature) {
        self.by_id.insert(signature.id.clone(), Arc::new(signature));
    }

    /// The signatures, sorted by id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Signature>> {
        self.by_id.values()
    }

    /// The signature with this id or alias.
    pub fn find(&self, id: &str) -> Option<&Arc<Signature>> {
        let by_alias = || {
            self.iter()
                .find(|signature| signature.spec().aliases.iter().any(|alias| alias == id))
        };
        self.by_id.get(id).or_else(by_alias)
    }

    /// Ids and categories that somebody may have meant who wrote `name`, the likeliest first.
    pub fn similar(&self, name: &str) -> Vec<&str> {
        let ids = self.iter().map(|signature| signature.id.as_str());
        let categories = self
            .iter()
            .map(|signature| signature.spec().category.as_str());
        let names: BTreeSet<&str> = ids.chain(categories).collect();
        let scored = names.into_iter();
        let scored = scored.map(|other| (strsim::jaro_winkler(name, other), other));
        let is_part = |other: &str| !name.is_empty() && other.contains(name);
        let similar = scored.filter(|(likeness, other)| *likeness > LIKE || is_part(other));
        let mut similar: Vec<_> = similar.collect();
        similar.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let similar = similar.into_iter().take(MOST_SIMILAR);
        similar.map(|(_, name)| name).collect()
    }

    /// How many signatures there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// SHA-256 over those of all files in order of id, as `sha256:<hex>`: equal sets have equal digests.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for signature in self.iter() {
            hash.update(signature.digest);
        }
        let hex: String = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("sha256:{hex}")
    }
}

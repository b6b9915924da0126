//! What `signatures new` leaves to whoever knows, and whether he has written it.

use crate::base::lang::Localized;
use crate::signature::Signature;
use crate::signature::complaint::Complaint;
use crate::signature::place::{Key, place};

/// A text to be replaced, in English and Chinese.
pub struct Blank {
    /// In English.
    pub en: &'static str,
    /// In Chinese.
    pub zh: &'static str,
}

/// In place of the title.
pub const TITLE: Blank = Blank {
    en: "What is wrong, in one line",
    zh: "用一句话说明问题",
};
/// In place of the cause.
pub const CAUSE: Blank = Blank {
    en: "What happened, and why.",
    zh: "发生了什么，原因是什么。",
};
/// In place of the impact.
pub const IMPACT: Blank = Blank {
    en: "What suffers from it.",
    zh: "影响是什么。",
};
/// In place of the first step of the remedy.
pub const REMEDY: Blank = Blank {
    en: "What to look at first.",
    zh: "首先查看什么。",
};

/// Advice about the texts of a signature that are still as they were drafted.
pub fn advice(signature: &Signature) -> Vec<Complaint> {
    let spec = signature.spec();
    let texts = [
        ("title", &spec.title, &TITLE),
        ("cause", &spec.cause, &CAUSE),
        ("impact", &spec.impact, &IMPACT),
    ];
    let texts = texts.into_iter();
    let mut blanks: Vec<Vec<Key>> = texts
        .flat_map(|(key, text, blank)| in_either_language(&[key.into()], text, blank))
        .collect();
    for (number, step) in spec.remedy.iter().enumerate() {
        let path = [Key::from("remedy"), number.into()];
        let text = Localized {
            en: step.en.clone(),
            zh: step.zh.clone(),
        };
        blanks.extend(in_either_language(&path, &text, &REMEDY));
    }
    let advice = blanks.iter().map(|path| {
        let at = place(&signature.yaml, path);
        let text = "write here what you know: this is what the draft says";
        Complaint::at(&signature.file, &signature.yaml, at, "unfinished", text).as_advice()
    });
    advice.collect()
}

fn in_either_language(path: &[Key], text: &Localized, blank: &Blank) -> Vec<Vec<Key>> {
    let languages = [("en", &text.en, blank.en), ("zh", &text.zh, blank.zh)];
    let blank = languages
        .into_iter()
        .filter(|(_, text, blank)| text == blank);
    blank
        .map(|(key, ..)| [path, &[key.into()]].concat())
        .collect()
}

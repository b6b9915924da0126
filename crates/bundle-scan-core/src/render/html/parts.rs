//! What all parts of the page share.

use maud::{Markup, html};

use crate::base::lang::Lang;
use crate::render::escape::visible;
use crate::render::words::{Words, words};

pub(super) const CONTEXT: Both = Both("context", "上下文");

/// A text in both languages, of which the page shows one.
pub(super) fn both(text: impl Fn(Lang) -> String) -> Markup {
    let (en, zh) = (text(Lang::En), text(Lang::Zh));
    html! {
        @if en == zh { (en) } @else {
            span lang="en" { (en) }
            span lang="zh-CN" { (zh) }
        }
    }
}

/// A fixed word of the reports.
pub(super) fn word(pick: impl Fn(&'static Words) -> &'static str) -> Markup {
    both(|lang| pick(words(lang)).to_owned())
}

/// Text of a bundle: what a browser or a reader would obey is made visible.
pub(super) fn shown(text: &str) -> Markup {
    html! { (visible(text)) }
}

/// A word in English and Chinese that only this page has.
pub(super) struct Both(pub(super) &'static str, pub(super) &'static str);

impl Both {
    fn text(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.0,
            Lang::Zh => self.1,
        }
    }

    /// In the language of the page.
    pub(super) fn shown(&self) -> Markup {
        both(|lang| self.text(lang).to_owned())
    }
}

/// The heading of a part that is folded, and how much is in it.
pub(super) fn heading(pick: impl Fn(&'static Words) -> &'static str, count: usize) -> Markup {
    html! { summary { h2 { (word(pick)) } " " span.count { (count) } } }
}

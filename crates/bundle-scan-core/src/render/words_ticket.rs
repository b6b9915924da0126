//! The fixed words of a ticket, in both languages, beside those of the text report.

use crate::base::lang::Lang;

/// Headings and phrases.
pub(super) struct TicketWords {
    /// Between two parts of a sentence.
    pub(super) comma: &'static str,
    /// Before the only host.
    pub(super) on: &'static str,
    pub(super) since: &'static str,
    pub(super) at: &'static str,
    /// The columns of the table of findings.
    pub(super) columns: [&'static str; 6],
}

const EN: TicketWords = TicketWords {
    comma: ", ",
    on: " on ",
    since: " since ",
    at: " at ",
    columns: [
        "",
        "Severity",
        "Finding",
        "How often",
        "First – last",
        "Where",
    ],
};

const ZH: TicketWords = TicketWords {
    comma: "，",
    on: "，主机 ",
    since: "，始于 ",
    at: "，发生于 ",
    columns: ["", "级别", "发现", "次数", "首次 – 最近", "位置"],
};

pub(super) fn ticket_words(lang: Lang) -> &'static TicketWords {
    match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    }
}

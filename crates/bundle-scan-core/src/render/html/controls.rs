//! What can be done with the page: filters, switches, keys.

use maud::{Markup, html};

use super::finding::{Findings, choice};
use super::parts::{Both, both, shown};
use crate::base::lang::Lang;
use crate::base::severity::Severity;
use crate::render::labels::label;
use crate::render::words::severity_word;

const SEARCH: Both = Both("Search titles, lines, names …", "搜索标题、日志、名称……");
const ANY_COMPONENT: Both = Both("any component", "全部组件");
const ANY_ENTITY: Both = Both("any object", "全部对象");
const SHOWN: Both = Both("shown of", "项显示，共");
const UNFOLD: Both = Both("Unfold all", "全部展开");
const LANGUAGE: Both = Both("中文", "English");
const THEME: Both = Both("Dark / light", "深色 / 浅色");
const KEYS: Both = Both("Keys", "快捷键");
const CLOSE: Both = Both("Close", "关闭");

/// Keys, and what they do. The script knows them.
const HELP: [(&str, Both); 7] = [
    ("/", Both("search", "搜索")),
    ("j", Both("next finding", "下一项")),
    ("k", Both("previous finding", "上一项")),
    ("e", Both("unfold or fold all", "全部展开或折叠")),
    ("l", Both("other language", "切换语言")),
    ("t", Both("dark or light", "切换深浅色")),
    ("?", Both("this help", "显示本帮助")),
];

/// The switches at the top. Without scripts they do nothing, and are not shown.
pub(super) fn switches() -> Markup {
    html! {
        nav.switches {
            button type="button" data-do="language" { (LANGUAGE.shown()) }
            button type="button" data-do="theme" { (THEME.shown()) }
            button type="button" data-do="help" aria-haspopup="dialog" { (KEYS.shown()) }
        }
    }
}

/// The filters; nothing where there is nothing to filter.
pub(super) fn filters(findings: &Findings<'_>) -> Markup {
    if findings.count() == 0 {
        return html! {};
    }
    let severities = [
        Severity::Critical,
        Severity::Error,
        Severity::Warning,
        Severity::Info,
    ];
    html! {
        form.filters #filters {
            @for severity in severities {
                label.(severity.as_str()) {
                    input type="checkbox" name="severity" value=(severity.as_str()) checked;
                    (both(|lang| severity_word(severity, lang).to_owned()))
                }
            }
            (choose("component", &ANY_COMPONENT, html! {
                @for component in &findings.components { option { (component) } }
            }))
            (choose("entity", &ANY_ENTITY, html! {
                @for (kind, values) in &findings.entities {
                    optgroup label=(label(kind, Lang::En)) data-en=(label(kind, Lang::En)) data-zh=(label(kind, Lang::Zh)) {
                        @for value in values { option value=(choice(kind, value)) { (shown(value)) } }
                    }
                }
            }))
            input type="search" name="text" data-en=(SEARCH.0) data-zh=(SEARCH.1) placeholder=(SEARCH.0) aria-label=(SEARCH.0);
            button type="button" data-do="unfold" { (UNFOLD.shown()) }
            output aria-live="polite" { b.shown { (findings.count()) } " " (SHOWN.shown()) " " (findings.count()) }
        }
    }
}

fn choose(name: &str, any: &Both, options: Markup) -> Markup {
    html! {
        select name=(name) aria-label=(any.0) data-en=(any.0) data-zh=(any.1) {
            option value="" data-en=(any.0) data-zh=(any.1) { (any.0) }
            (options)
        }
    }
}

/// What the keys do.
pub(super) fn help() -> Markup {
    html! {
        dialog #help {
            h2 { (KEYS.shown()) }
            dl { @for (key, does) in &HELP { dt { kbd { (key) } } dd { (does.shown()) } } }
            form method="dialog" { button { (CLOSE.shown()) } }
        }
    }
}

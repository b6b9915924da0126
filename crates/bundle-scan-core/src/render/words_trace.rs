//! The fixed words of a trace, in both languages.

use std::time::Duration;

use super::words::Noun;
use crate::base::lang::Lang;
use crate::finding::End;
use crate::finding::parts::Counting;
use crate::report::trace::{Missing, Role, Standing, Why};
use crate::signature::schema::Threshold;

/// Headings and phrases.
pub(super) struct TraceWords {
    pub(super) fired: &'static str,
    pub(super) silent: &'static str,
    pub(super) leaf: &'static str,
    pub(super) line_of: &'static str,
    pub(super) anybody: &'static str,
    pub(super) fact_of: &'static str,
    pub(super) literal: &'static str,
    pub(super) regex: &'static str,
    pub(super) wanted: &'static str,
    pub(super) source: &'static str,
    pub(super) no_source: &'static str,
    pub(super) each_line_tells: &'static str,
    pub(super) events: Noun,
    pub(super) anchored: Noun,
    pub(super) facts: Noun,
    pub(super) not_known: &'static str,
    pub(super) is: &'static str,
    pub(super) together: &'static str,
    pub(super) tried: Noun,
    pub(super) by: &'static str,
    pub(super) alone: &'static str,
    pub(super) comma: &'static str,
    pub(super) holds: &'static str,
    pub(super) fails: &'static str,
    pub(super) found: &'static str,
    pub(super) not_found: &'static str,
    pub(super) at_most: &'static str,
    pub(super) threshold: &'static str,
    pub(super) requires: &'static str,
    pub(super) fits: &'static str,
    pub(super) contradicts: &'static str,
    pub(super) explained_by: &'static str,
    pub(super) leaf_numbers: &'static str,
}

const EN: TraceWords = TraceWords {
    fired: "FIRED",
    silent: "DID NOT FIRE",
    leaf: "Leaf",
    line_of: "a line of",
    anybody: "a line of anybody but the echoes",
    fact_of: "a fact of the kind",
    literal: "literal",
    regex: "regex",
    wanted: "where",
    source: "source",
    no_source: "no such source",
    each_line_tells: " in which each line tells who speaks",
    events: Noun("event", "events"),
    anchored: Noun("line holds an anchor", "lines hold an anchor"),
    facts: Noun("fact", "facts"),
    not_known: "not known",
    is: "is",
    together: "Together",
    alone: "nothing else is wrong with",
    comma: ", ",
    tried: Noun("set tried", "sets tried"),
    by: "by",
    holds: "holds",
    fails: "does not hold",
    found: "found",
    not_found: "not found",
    threshold: "Threshold",
    at_most: "at most",
    requires: "Requires",
    fits: "fits",
    contradicts: "contradicts",
    explained_by: "explained by ",
    leaf_numbers: "leaf",
};

const ZH: TraceWords = TraceWords {
    fired: "已命中",
    silent: "未命中",
    leaf: "条件项",
    line_of: "日志行，来自",
    anybody: "日志行，来自任意组件（回显除外）",
    fact_of: "结构化信息，类型",
    literal: "字面文本",
    regex: "正则",
    wanted: "要求",
    source: "来源",
    no_source: "没有这样的来源",
    each_line_tells: "（由每行自身说明来源）",
    events: Noun("个事件", "个事件"),
    anchored: Noun("行包含锚文本", "行包含锚文本"),
    facts: Noun("条结构化信息", "条结构化信息"),
    not_known: "未知",
    is: "实际为",
    together: "组合",
    alone: "仅此一项不符的有",
    comma: "，",
    tried: Noun("组已检验", "组已检验"),
    by: "按",
    holds: "成立",
    fails: "不成立",
    found: "已找到",
    not_found: "未找到",
    threshold: "阈值",
    at_most: "最多",
    requires: "环境要求",
    fits: "符合",
    contradicts: "不符",
    explained_by: "可由以下问题解释：",
    leaf_numbers: "条件项",
};

pub(super) fn trace_words(lang: Lang) -> &'static TraceWords {
    match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    }
}

pub(super) fn standing_words(standing: Standing, lang: Lang) -> Option<&'static str> {
    match (lang, standing) {
        (_, Standing::Finding) => None,
        (Lang::En, Standing::Benign) => Some("it is harmless and stands below the findings"),
        (Lang::En, Standing::Lost) => {
            Some("it tells of lost evidence and stands below the findings")
        }
        (Lang::Zh, Standing::Benign) => Some("属于无害现象，列在各项发现之后"),
        (Lang::Zh, Standing::Lost) => Some("说明证据缺失，列在各项发现之后"),
    }
}

pub(super) fn role_words(role: Role, lang: Lang) -> Option<&'static str> {
    match (lang, role) {
        (_, Role::Proves) => None,
        (Lang::En, Role::Asked) => Some("asked for, proves nothing"),
        (Lang::En, Role::Clears) => Some("tells of a recovery"),
        (Lang::Zh, Role::Asked) => Some("仅作判断，不作证据"),
        (Lang::Zh, Role::Clears) => Some("表示已恢复"),
    }
}

/// What an end says of the lines or facts that ended there.
pub(super) fn end_words(end: &End, lang: Lang) -> String {
    match (lang, end) {
        (Lang::En, End::Component(speaker)) => format!("said by {}", speaker.as_str()),
        (Lang::En, End::Literal) => "without the literal as it is written".to_owned(),
        (Lang::En, End::Regex) => "the regex does not match".to_owned(),
        (Lang::En, End::Excluded(_)) => "excluded by ".to_owned(),
        (Lang::En, End::Condition(name)) => format!("{name} is not as wanted: "),
        (Lang::En, End::Holds) => "match".to_owned(),
        (Lang::Zh, End::Component(speaker)) => format!("来自 {}", speaker.as_str()),
        (Lang::Zh, End::Literal) => "不含原样的字面文本".to_owned(),
        (Lang::Zh, End::Regex) => "正则不匹配".to_owned(),
        (Lang::Zh, End::Excluded(_)) => "被排除：".to_owned(),
        (Lang::Zh, End::Condition(name)) => format!("{name} 不符合要求："),
        (Lang::Zh, End::Holds) => "匹配".to_owned(),
    }
}

/// Names and numbers that a reason is told with.
pub(super) struct Told<'t> {
    /// Whether the leaf looks at facts.
    pub(super) is_fact: bool,
    /// Literals or the kind of fact; of a condition what is wanted.
    pub(super) wanted: &'t str,
    /// What the bundle says, or the entities that join.
    pub(super) values: &'t str,
}

/// Why a signature did not fire, as one sentence.
pub(super) fn missing_words(missing: &Missing, told: &Told<'_>, lang: Lang) -> String {
    let Told { wanted, values, .. } = told;
    match (lang, missing) {
        (Lang::En, Missing::Leaf { leaf, why }) => {
            format!("leaf {}: {}", leaf + 1, why_words(why, told, lang))
        }
        (Lang::Zh, Missing::Leaf { leaf, why }) => {
            format!("条件项 {}：{}", leaf + 1, why_words(why, told, lang))
        }
        (Lang::En, Missing::Present { leaf }) => {
            format!("leaf {} must be absent, and was found", leaf + 1)
        }
        (Lang::Zh, Missing::Present { leaf }) => {
            format!("条件项 {} 必须不存在，但已找到", leaf + 1)
        }
        (_, Missing::Count(counting)) => counting_words(counting, lang),
        (Lang::En, Missing::Sequence { within, ordered }) => format!(
            "all steps were found, but never {}{}",
            if *ordered {
                "in this order"
            } else {
                "together"
            },
            within_words(*within, lang)
        ),
        (Lang::Zh, Missing::Sequence { within, ordered }) => format!(
            "各步骤均已找到，但{}未{}",
            within_words(*within, lang),
            if *ordered {
                "按此顺序出现"
            } else {
                "同时出现"
            },
        ),
        (Lang::En, Missing::Apart) if values.is_empty() => {
            "its parts were found, but they do not hold together".to_owned()
        }
        (Lang::Zh, Missing::Apart) if values.is_empty() => {
            "各部分均已找到，但不能同时成立".to_owned()
        }
        (Lang::En, Missing::Apart) => {
            format!("its parts were found, but no {values} has all of them")
        }
        (Lang::Zh, Missing::Apart) => format!("各部分均已找到，但没有同一个 {values} 同时具备"),
        (Lang::En, Missing::Threshold { most }) => {
            format!("below the threshold: {most} of {wanted}")
        }
        (Lang::Zh, Missing::Threshold { most }) => format!("低于阈值：{most} / {wanted}"),
        (Lang::En, Missing::Requires { .. }) => {
            format!("it requires {wanted}, and the bundle says {values}")
        }
        (Lang::Zh, Missing::Requires { .. }) => format!("要求 {wanted}，而诊断包中为 {values}"),
        (Lang::En, Missing::Proof) => "nothing was found that proves it".to_owned(),
        (Lang::Zh, Missing::Proof) => "没有找到可作为证据的内容".to_owned(),
    }
}

fn why_words(why: &Why, told: &Told<'_>, lang: Lang) -> String {
    let wanted = told.wanted;
    match (lang, why) {
        (Lang::En, Why::NoSource) if told.is_fact => {
            format!("the bundle has no fact of the kind {wanted}")
        }
        (Lang::Zh, Why::NoSource) if told.is_fact => {
            format!("诊断包中没有类型为 {wanted} 的结构化信息")
        }
        (Lang::En, Why::NoSource) => "no member could hold such a line".to_owned(),
        (Lang::Zh, Why::NoSource) => "没有可能包含此类日志的文件".to_owned(),
        (Lang::En, Why::NoAnchor) => format!("no line holds {wanted}"),
        (Lang::Zh, Why::NoAnchor) => format!("没有任何一行包含 {wanted}"),
        (Lang::En, Why::Ended(End::Component(_))) => {
            format!("lines hold {wanted}, but none of a component that it listens to")
        }
        (Lang::Zh, Why::Ended(End::Component(_))) => {
            format!("有日志行包含 {wanted}，但都不是来自所要求的组件")
        }
        (Lang::En, Why::Ended(End::Literal)) => {
            format!("lines hold the anchor, but none the literal as it is written: {wanted}")
        }
        (Lang::Zh, Why::Ended(End::Literal)) => {
            format!("有日志行包含锚文本，但没有原样的字面文本：{wanted}")
        }
        (Lang::En, Why::Ended(End::Regex)) => {
            format!("lines hold {wanted}, but the regex matches none of them")
        }
        (Lang::Zh, Why::Ended(End::Regex)) => {
            format!("有日志行包含 {wanted}，但正则都不匹配")
        }
        (Lang::En, Why::Ended(End::Excluded(_))) => {
            "all lines that would match are excluded".to_owned()
        }
        (Lang::Zh, Why::Ended(End::Excluded(_))) => "可匹配的日志行都被排除".to_owned(),
        (Lang::En, Why::Ended(End::Condition(name))) if told.is_fact => {
            format!("no fact has all that is wanted; what came closest lacks {name}: {wanted}")
        }
        (Lang::Zh, Why::Ended(End::Condition(name))) if told.is_fact => {
            format!("没有一条结构化信息符合全部要求；最接近的不符合 {name}：{wanted}")
        }
        (Lang::En, Why::Ended(End::Condition(name))) => {
            format!("the regex matches, but {name} is never as wanted: {wanted}")
        }
        (Lang::Zh, Why::Ended(End::Condition(name))) => {
            format!("正则匹配，但 {name} 均不符合要求：{wanted}")
        }
        (Lang::En, Why::Ended(End::Holds)) => "it matches".to_owned(),
        (Lang::Zh, Why::Ended(End::Holds)) => "匹配".to_owned(),
    }
}

/// What is wrong with a number or a share.
pub(super) fn counting_words(counting: &Counting, lang: Lang) -> String {
    let numbers = &counting.numbers;
    let (least, most) = (counting.at_least, counting.at_most);
    let within = within_words(counting.within, lang);
    match (lang, most) {
        _ if numbers.most < least => match lang {
            Lang::En => format!("too few{within}: {} of {least}", numbers.most),
            Lang::Zh => format!(
                "{}数量不足：{} / {least}",
                within.trim_start(),
                numbers.most
            ),
        },
        (Lang::En, Some(most)) if numbers.least > most => {
            format!("too many{within}: {}, at most {most}", numbers.least)
        }
        (Lang::Zh, Some(most)) if numbers.least > most => {
            format!(
                "{}数量过多：{}，最多 {most}",
                within.trim_start(),
                numbers.least
            )
        }
        _ => {
            let percent = counting.percent.unwrap_or(0);
            let (share, of) = (numbers.share, numbers.of.unwrap_or(0));
            match lang {
                Lang::En => format!("the share is too small: {share} of {of}, {percent}% needed"),
                Lang::Zh => format!("占比不足：{share} / {of}，需要 {percent}%"),
            }
        }
    }
}

/// The window of a sequence or a number, with a blank around it where the language wants one; nothing without a window.
fn within_words(within: Option<Duration>, lang: Lang) -> String {
    match (within.map(short), lang) {
        (None, _) => String::new(),
        (Some(window), Lang::En) => format!(" within {window}"),
        (Some(window), Lang::Zh) => format!(" {window} 内"),
    }
}

/// What a threshold asks for: `5 pod within 10m`.
pub(super) fn threshold_words(threshold: &Threshold, lang: Lang) -> String {
    let distinct = threshold.distinct.as_ref();
    let distinct = distinct.map_or_else(String::new, |entity| format!(" {entity}"));
    let asked = format!("{}{distinct}", threshold.count);
    match (lang, threshold.within.map(short)) {
        (_, None) => asked,
        (Lang::En, Some(window)) => format!("{asked} within {window}"),
        (Lang::Zh, Some(window)) => format!("{asked}（{window} 内）"),
    }
}

/// Which place a finding has among all.
pub(super) fn rank_words(rank: usize, of: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("rank {rank} of {of}"),
        Lang::Zh => format!("第 {rank} 位，共 {of} 个"),
    }
}

/// For how many of the sets that were tried something holds.
pub(super) fn holds_words(holds: u64, of: u64, lang: Lang) -> String {
    match lang {
        Lang::En => format!("holds for {holds} of {of}"),
        Lang::Zh => format!("{of} 组中有 {holds} 组成立"),
    }
}

/// A duration as signature files say it: `90s`, `10m`, `2h`, `1d`.
pub(super) fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let unit = units
        .into_iter()
        .find(|(size, _)| seconds > 0 && seconds.is_multiple_of(*size));
    let (size, name) = unit.unwrap_or((1, 's'));
    format!("{}{name}", seconds / size)
}

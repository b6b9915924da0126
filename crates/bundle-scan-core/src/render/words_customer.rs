//! The fixed words of what a customer reads, in both languages.

use super::words::Noun;
use crate::base::lang::Lang;
use crate::report::State;
use crate::signature::schema::Risk;

/// Headings and sentences.
pub(super) struct CustomerWords {
    /// `{bundle}` and `{title}` stand for what they say.
    pub(super) found: &'static str,
    pub(super) healthy: &'static str,
    /// Nothing is wrong now: what was, or what is only worth knowing.
    pub(super) found_past: &'static str,
    pub(super) nothing_judged: &'static str,
    pub(super) nothing_serious: &'static str,
    pub(super) nothing_new: &'static str,
    pub(super) not_sure: &'static str,
    pub(super) partial: &'static str,
    pub(super) lost: &'static str,
    pub(super) more: Noun,
    /// Between two sentences.
    pub(super) gap: &'static str,
    pub(super) happened: &'static str,
    pub(super) when: &'static str,
    pub(super) affected: &'static str,
    pub(super) means: &'static str,
    pub(super) proof: &'static str,
    pub(super) led_to: &'static str,
    pub(super) to_do: &'static str,
    pub(super) also: &'static str,
    pub(super) needed: &'static str,
    pub(super) please_send: &'static str,
}

const EN: CustomerWords = CustomerWords {
    found: "We examined {bundle}. The most likely cause of your problem: {title}.",
    healthy: "We examined {bundle} and found no known problem in it.",
    found_past: "We examined {bundle} and found no problem that goes on. What may be worth knowing: {title}.",
    nothing_judged: "We examined {bundle} and could not tell anything from it: please check that it holds the logs.",
    nothing_serious: "We examined {bundle} and found no serious problem in it.",
    nothing_new: "We examined {bundle} and found nothing in it beyond what is known already.",
    not_sure: "That does not prove that all is well: some things cannot be judged from what the file holds.",
    partial: "Not all of the file could be read, so there may be more to it than we can say here. Please check that the file is \
              complete, and send it again if it is not.",
    lost: "Some logs in the file are incomplete: what they do not show may still have happened.",
    more: Noun(
        "more problem is described below.",
        "more problems are described below.",
    ),
    gap: " ",
    happened: "What happened",
    when: "When and where",
    affected: "Affected",
    means: "What it means",
    proof: "This line of your logs shows it",
    led_to: "It also explains",
    to_do: "What to do",
    also: "We also found",
    needed: "What else we need",
    please_send: "For a full diagnosis please run these commands and send us what they print. Without that we cannot judge:",
};

const ZH: CustomerWords = CustomerWords {
    found: "我们检查了 {bundle}，您遇到的问题最可能的原因是：{title}。",
    healthy: "我们检查了 {bundle}，未发现已知问题。",
    found_past: "我们检查了 {bundle}，未发现仍在持续的问题。以下情况供您参考：{title}。",
    nothing_judged: "我们检查了 {bundle}，但其中没有可供判断的内容，请确认其中包含日志。",
    nothing_serious: "我们检查了 {bundle}，未发现严重问题。",
    nothing_new: "我们检查了 {bundle}，除已知问题外未发现其他问题。",
    not_sure: "这并不表示一切正常：文件中的信息有限，部分内容无法判断。",
    partial: "文件有一部分无法读取，以下结论可能不完整。请您确认文件是否完整，如不完整，请重新发送。",
    lost: "文件中的部分日志不完整：日志里没有的，不等于没有发生。",
    more: Noun("个其他问题见下文。", "个其他问题见下文。"),
    gap: "",
    happened: "发生了什么",
    when: "时间和位置",
    affected: "涉及对象",
    means: "有何影响",
    proof: "您日志中的以下内容可以证明",
    led_to: "同一原因还可解释",
    to_do: "处理建议",
    also: "我们还发现",
    needed: "还需要您提供",
    please_send: "为了完整诊断，请您执行以下命令，并把输出发给我们，以便我们进一步判断：",
};

pub(super) fn customer_words(lang: Lang) -> &'static CustomerWords {
    match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    }
}

/// Whether a problem is over; nothing if it is not, or nobody knows.
pub(super) fn state_sentence(state: State, lang: Lang) -> Option<&'static str> {
    match (lang, state) {
        (_, State::Active | State::Unknown) => None,
        (Lang::En, State::Cleared) => Some("As far as the logs tell, it is over."),
        (Lang::Zh, State::Cleared) => Some("从日志看，该问题已恢复。"),
        (Lang::En, State::Historic) => {
            Some("As far as the logs tell, it did not go on until the logs were collected.")
        }
        (Lang::Zh, State::Historic) => Some("从日志看，该问题在采集日志前已不再出现。"),
    }
}

/// What a customer has to know before a step.
pub(super) fn warning(risk: Risk, lang: Lang) -> Option<&'static str> {
    match (lang, risk) {
        (_, Risk::ReadOnly) => None,
        (Lang::En, Risk::Change) => Some("This changes the system."),
        (Lang::Zh, Risk::Change) => Some("此步骤会变更系统。"),
        (Lang::En, Risk::Restart) => Some("This restarts something, please choose a quiet time."),
        (Lang::Zh, Risk::Restart) => Some("此步骤涉及重启，请选择业务空闲时段。"),
        (Lang::En, Risk::DataLoss) => Some("Please ask us first, data may be lost."),
        (Lang::Zh, Risk::DataLoss) => Some("可能丢失数据，执行前请先与我们确认。"),
    }
}

//! The fixed words of a comparison, in both languages.

use super::words::Noun;
use crate::base::lang::Lang;
use crate::diff::{Change, Doubt, Group};
use crate::report::State;

/// Headings and phrases.
pub(super) struct DiffWords {
    pub(super) old: &'static str,
    pub(super) new: &'static str,
    pub(super) findings: Noun,
    pub(super) left_out: Noun,
    pub(super) other_hosts: &'static str,
    pub(super) backwards: &'static str,
    pub(super) other_signatures: &'static str,
    pub(super) not_found: &'static str,
}

const EN: DiffWords = DiffWords {
    old: "old",
    new: "new",
    findings: Noun("finding", "findings"),
    left_out: Noun("more was not saved", "more were not saved"),
    other_hosts: "OLD and NEW have no host in common: are they of one cluster?",
    backwards: "NEW shows an earlier time than OLD: are they the wrong way round?",
    other_signatures: "the two were made with different signatures: some differences may come from that",
    not_found: "not found any more",
};

const ZH: DiffWords = DiffWords {
    old: "旧",
    new: "新",
    findings: Noun("个发现", "个发现"),
    left_out: Noun("个未保存", "个未保存"),
    other_hosts: "新旧报告没有相同的主机：是否来自同一集群？",
    backwards: "新报告的时间早于旧报告：两者是否颠倒？",
    other_signatures: "两份报告使用的特征库不同：部分差异可能由此产生",
    not_found: "不再出现",
};

pub(super) fn diff_words(lang: Lang) -> &'static DiffWords {
    match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    }
}

pub(super) fn group_word(group: Group, lang: Lang) -> &'static str {
    match (lang, group) {
        (Lang::En, Group::New) => "New",
        (Lang::En, Group::Worse) => "Worse",
        (Lang::En, Group::Persisting) => "Persisting",
        (Lang::En, Group::Fixed) => "Fixed",
        (Lang::En, Group::Unknown) => "Unknown",
        (Lang::Zh, Group::New) => "新出现",
        (Lang::Zh, Group::Worse) => "加重",
        (Lang::Zh, Group::Persisting) => "仍存在",
        (Lang::Zh, Group::Fixed) => "已解决",
        (Lang::Zh, Group::Unknown) => "无法判断",
    }
}

pub(super) fn state_word(state: State, lang: Lang) -> &'static str {
    match (lang, state) {
        (Lang::En, state) => state.as_str(),
        (Lang::Zh, State::Active) => "持续中",
        (Lang::Zh, State::Cleared) => "已恢复",
        (Lang::Zh, State::Historic) => "历史问题",
        (Lang::Zh, State::Unknown) => "状态未知",
    }
}

pub(super) fn change_text(change: Change, lang: Lang) -> &'static str {
    match (lang, change) {
        (Lang::En, Change::SeverityRose) => "more severe",
        (Lang::En, Change::ActiveAgain) => "active again",
        (Lang::En, Change::CountRose) => "far more often",
        (Lang::En, Change::SeverityFell) => "less severe",
        (Lang::En, Change::Cleared) => "better: cleared",
        (Lang::En, Change::NoLongerActive) => "better: no longer active",
        (Lang::En, Change::Fewer) => "better: fewer",
        (Lang::Zh, Change::SeverityRose) => "级别上升",
        (Lang::Zh, Change::ActiveAgain) => "再次发生",
        (Lang::Zh, Change::CountRose) => "次数大幅增加",
        (Lang::Zh, Change::SeverityFell) => "级别下降",
        (Lang::Zh, Change::Cleared) => "好转：已恢复",
        (Lang::Zh, Change::NoLongerActive) => "好转：不再持续",
        (Lang::Zh, Change::Fewer) => "好转：次数减少",
    }
}

/// Why a report may be wrong: the old one of what is new, or is in both, else the new one.
pub(super) fn doubt_text(doubt: Doubt, group: Group, lang: Lang) -> &'static str {
    match (lang, group, doubt) {
        (Lang::En, Group::New, Doubt::NotEvaluable) => {
            "may have been there before: OLD has no source that would tell"
        }
        (Lang::En, Group::New, Doubt::Partial) => {
            "may have been there before: not all of OLD could be read"
        }
        (Lang::En, Group::New, Doubt::OtherSignatures) => {
            "may have been there before: OLD was made with other signatures"
        }
        (Lang::En, Group::New, Doubt::LeftOut) => {
            "may have been there before: OLD was saved without some findings"
        }
        (Lang::En, Group::New, Doubt::HostMissing) => {
            "may have been there before: OLD has nothing of some of its hosts"
        }
        (Lang::En, Group::New, Doubt::EvidenceLost) => {
            "may have been there before: logs of OLD are incomplete"
        }
        (Lang::En, Group::Worse | Group::Persisting, Doubt::Partial) => {
            "may have been as bad before: not all of OLD could be read"
        }
        (Lang::En, _, Doubt::NotEvaluable) => "not found, but NEW has no source that would tell",
        (Lang::En, _, Doubt::Partial) => "not found, but not all of NEW could be read",
        (Lang::En, _, Doubt::OtherSignatures) => {
            "not found, but NEW was made with other signatures"
        }
        (Lang::En, _, Doubt::LeftOut) => "not found, but NEW was saved without some findings",
        (Lang::En, _, Doubt::HostMissing) => "not found, but NEW has nothing of some of its hosts",
        (Lang::En, _, Doubt::EvidenceLost) => "not found, but logs of NEW are incomplete",
        (Lang::Zh, Group::New, Doubt::NotEvaluable) => "可能早已存在：旧报告缺少可判断的日志来源",
        (Lang::Zh, Group::New, Doubt::Partial) => "可能早已存在：旧报告的部分内容无法读取",
        (Lang::Zh, Group::New, Doubt::OtherSignatures) => "可能早已存在：旧报告使用的特征库不同",
        (Lang::Zh, Group::New, Doubt::LeftOut) => "可能早已存在：旧报告未保存全部发现",
        (Lang::Zh, Group::New, Doubt::HostMissing) => "可能早已存在：旧报告不含其部分主机的数据",
        (Lang::Zh, Group::New, Doubt::EvidenceLost) => "可能早已存在：旧报告的日志不完整",
        (Lang::Zh, Group::Worse | Group::Persisting, Doubt::Partial) => {
            "此前可能同样严重：旧报告的部分内容无法读取"
        }
        (Lang::Zh, _, Doubt::NotEvaluable) => "未出现，但新报告缺少可判断的日志来源",
        (Lang::Zh, _, Doubt::Partial) => "未出现，但新报告的部分内容无法读取",
        (Lang::Zh, _, Doubt::OtherSignatures) => "未出现，但新报告使用的特征库不同",
        (Lang::Zh, _, Doubt::LeftOut) => "未出现，但新报告未保存全部发现",
        (Lang::Zh, _, Doubt::HostMissing) => "未出现，但新报告不含其部分主机的数据",
        (Lang::Zh, _, Doubt::EvidenceLost) => "未出现，但新报告的日志不完整",
    }
}

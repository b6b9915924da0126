//! The fixed words of the text report, in both languages.

use super::moment::{grouped, to_second};
use crate::base::lang::Lang;
use crate::base::problem::ProblemKind;
use crate::base::severity::Severity;
use crate::base::time::{NANOS_PER_SECOND, TimeQuality};
use crate::report::{Finding, Reason, Suppression};
use crate::signature::schema::Risk;

/// A noun for one and for more.
pub(super) struct Noun(pub(super) &'static str, pub(super) &'static str);

impl Noun {
    /// The number with the noun: `1 member`, `1,614 members`.
    pub(super) fn count(&self, number: u64) -> String {
        format!(
            "{} {}",
            grouped(number),
            if number == 1 { self.0 } else { self.1 }
        )
    }
}

/// Headings and phrases.
pub(super) struct Words {
    pub(super) healthy: &'static str,
    pub(super) nothing_judged: &'static str,
    pub(super) nothing_of_that_time: &'static str,
    pub(super) nothing_at_this_level: &'static str,
    pub(super) nothing_else: &'static str,
    pub(super) root: &'static str,
    pub(super) past: &'static str,
    pub(super) left: &'static str,
    pub(super) lines: Noun,
    pub(super) proof: &'static str,
    pub(super) also_in: &'static str,
    pub(super) cause: &'static str,
    pub(super) impact: &'static str,
    pub(super) remedy: &'static str,
    pub(super) led_to: &'static str,
    pub(super) why: &'static str,
    pub(super) also: &'static str,
    pub(super) suppressed: &'static str,
    /// `{path}` stands for that of the report.
    in_baseline: &'static str,
    /// `{id}` stands for the cause.
    pub(super) caused_by_suppressed: &'static str,
    pub(super) benign: &'static str,
    pub(super) lost: &'static str,
    pub(super) unrecognised: &'static str,
    pub(super) more_unrecognised: &'static str,
    pub(super) problems: &'static str,
    pub(super) partial: &'static str,
    pub(super) only_what_happened: &'static str,
    pub(super) after_the_end: &'static str,
    pub(super) before_the_start: &'static str,
    /// Before what is over, or only worth knowing.
    pub(super) notable: &'static str,
    pub(super) since: &'static str,
    pub(super) until_newest: &'static str,
    /// `{span}` stands for how long.
    pub(super) before_newest: &'static str,
    pub(super) until: &'static str,
    pub(super) members: Noun,
    pub(super) signatures: Noun,
    pub(super) judged_by: &'static str,
    pub(super) not_evaluable: &'static str,
    pub(super) more_lacks: &'static str,
    pub(super) gap: &'static str,
    pub(super) journals: Noun,
    pub(super) host: &'static str,
    pub(super) by: &'static str,
    pub(super) see: &'static str,
    pub(super) assumed: &'static str,
    year_inferred: &'static str,
    zone_assumed: &'static str,
    both_assumed: &'static str,
    /// Between a label and what it labels.
    pub(super) colon: &'static str,
    brackets: [&'static str; 2],
    /// Behind a number of times.
    pub(super) times: &'static str,
    pub(super) semicolon: &'static str,
    pub(super) reckoned: &'static str,
    pub(super) bundle: &'static str,
    pub(super) layout: &'static str,
    pub(super) captured: &'static str,
    pub(super) hosts: &'static str,
    hosts_of_all: &'static str,
    pub(super) nodes: &'static str,
    pub(super) unknown: &'static str,
    pub(super) facts: &'static str,
    pub(super) missing: &'static str,
    pub(super) nothing_missing: &'static str,
    pub(super) nodes_without_logs: &'static str,
    pub(super) harmless: &'static str,
    pub(super) leads_to: &'static str,
    pub(super) comes_from: &'static str,
    pub(super) caused_by: &'static str,
    pub(super) started_in: &'static str,
    pub(super) not_known: &'static str,
    pub(super) near: &'static str,
    pub(super) findings: Noun,
    pub(super) column: &'static str,
    pub(super) boot: &'static str,
    pub(super) several_hosts: &'static str,
    pub(super) no_host: &'static str,
    pub(super) no_time: &'static str,
}

const EN: Words = Words {
    healthy: "no known problem found",
    nothing_judged: "nothing in it could be judged",
    nothing_of_that_time: "nothing in it is of the time asked for",
    nothing_at_this_level: "nothing at or above the asked severity",
    nothing_else: "no known problem found beside those suppressed",
    root: "probable root cause",
    past: "worst finding, though long past",
    left: "left of what is suppressed",
    lines: Noun("line", "lines"),
    proof: "proof",
    also_in: "also in",
    cause: "cause",
    impact: "impact",
    remedy: "remedy",
    led_to: "explains",
    why: "score",
    also: "Further findings",
    suppressed: "Suppressed: known, and not counted",
    in_baseline: "{path} has it already",
    caused_by_suppressed: "caused by {id}, which is suppressed",
    benign: "Harmless, though it looks alarming",
    unrecognised: "Errors that no signature knows: look yourself, or make a signature of one",
    more_unrecognised: "more of this kind: --unrecognised all, or -f json",
    lost: "Lost evidence: what these logs do not show may still have happened",
    problems: "Could not be read",
    only_what_happened: "Only what happened",
    after_the_end: " and the bundle ends before:",
    before_the_start: " and the bundle begins after:",
    notable: "no problem that goes on; worth knowing",
    since: "since",
    until_newest: "up to the newest line",
    before_newest: "{span} before the newest line",
    until: "until",
    partial: "PARTIAL: not all of the bundle could be read",
    members: Noun("member", "members"),
    signatures: Noun("signature", "signatures"),
    judged_by: " found what they look at",
    not_evaluable: " signatures could not be judged for want of",
    more_lacks: "all in -f json",
    gap: "older parts of the log are there, but not",
    journals: Noun("binary journal is not read", "binary journals are not read"),
    host: "host",
    by: "from",
    see: "see",
    assumed: "year or zone assumed",
    year_inferred: "year inferred",
    zone_assumed: "zone assumed",
    both_assumed: "year and zone assumed",
    colon: ": ",
    brackets: [" (", ")"],
    times: "×",
    semicolon: "; ",
    reckoned: "reckoned from an age or uptime",
    bundle: "bundle",
    layout: "layout",
    captured: "newest time",
    hosts: "hosts",
    hosts_of_all: "on {count} of {all} hosts",
    nodes: "nodes",
    unknown: "not recognised",
    facts: "Facts",
    missing: "Missing for a full diagnosis",
    nothing_missing: "Nothing is missing for a full diagnosis of the hosts above.",
    nodes_without_logs: "without logs",
    harmless: "harmless",
    leads_to: "leads to",
    comes_from: "from",
    caused_by: "caused by",
    started_in: "the folder in which the scan was started",
    not_known: "not known",
    near: "Near to it",
    findings: Noun("finding", "findings"),
    column: "a column is",
    boot: "BOOT",
    several_hosts: "several hosts",
    no_host: "no host named",
    no_time: "time unknown",
};

const ZH: Words = Words {
    healthy: "未发现已知问题",
    nothing_judged: "其中没有可供判断的内容",
    nothing_of_that_time: "其中没有所要求时间内的内容",
    nothing_at_this_level: "没有达到所要求级别的问题",
    nothing_else: "除已抑制的问题外，未发现已知问题",
    root: "最可能的根因",
    past: "最严重的问题（早已过去）",
    left: "根因已抑制，尚余",
    lines: Noun("行", "行"),
    proof: "证据",
    also_in: "亦见于",
    cause: "原因",
    impact: "影响",
    remedy: "处理",
    led_to: "可解释",
    why: "评分",
    also: "其他发现",
    suppressed: "已抑制：已知问题，不计入结果",
    in_baseline: "{path} 中已有",
    caused_by_suppressed: "源于 {id}（已抑制）",
    benign: "看似异常、实际无害",
    unrecognised: "未收录的错误日志：请自行判断，或据此编写特征",
    more_unrecognised: "类未列出：--unrecognised all 或 -f json",
    lost: "证据缺失：日志里没有的，不等于没有发生",
    problems: "无法读取",
    only_what_happened: "仅统计以下时间内的记录：",
    after_the_end: "，但诊断包止于",
    before_the_start: "，但诊断包始于",
    notable: "未发现仍在持续的问题；供参考",
    since: "自",
    until_newest: "持续到最新日志",
    before_newest: "早于最新日志 {span}",
    until: "至",
    partial: "结果不完整：部分内容无法读取",
    members: Noun("个文件", "个文件"),
    signatures: Noun("条特征", "条特征"),
    judged_by: "找到了判断依据",
    not_evaluable: " 条特征无从判断，缺少",
    more_lacks: "完整列表见 -f json",
    gap: "有更早的日志分片，却缺少",
    journals: Noun("个二进制 journal 未被读取", "个二进制 journal 未被读取"),
    host: "主机",
    by: "来自",
    see: "参考",
    assumed: "年份或时区为推断",
    year_inferred: "年份为推断",
    zone_assumed: "时区为推断",
    both_assumed: "年份和时区均为推断",
    colon: "：",
    brackets: ["（", "）"],
    times: " 次",
    semicolon: "；",
    reckoned: "由相对时间推算",
    bundle: "诊断包",
    layout: "采集方式",
    captured: "最新时间",
    hosts: "主机",
    hosts_of_all: "{all} 台主机中的 {count} 台",
    nodes: "节点",
    unknown: "未识别",
    facts: "结构化信息",
    missing: "完整诊断还缺少",
    nothing_missing: "就以上主机而言，完整诊断所需的信息齐全。",
    nodes_without_logs: "缺少日志的节点",
    harmless: "无害",
    leads_to: "可引发",
    comes_from: "可能源于",
    caused_by: "源于",
    started_in: "启动扫描时所在的目录",
    not_known: "未收录",
    near: "相近的条目",
    findings: Noun("个发现", "个发现"),
    column: "每列",
    boot: "启动",
    several_hosts: "多台主机",
    no_host: "未指明主机",
    no_time: "时间未知",
};

pub(super) fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    }
}

impl Words {
    /// Why something is not told.
    pub(super) fn reason(&self, by: &Suppression) -> String {
        match by {
            Suppression::Baseline { path } => self.in_baseline.replace("{path}", path),
            Suppression::Rule {
                reason,
                expires,
                place,
            } => match expires {
                Some(last) => {
                    let last = format!("{} {last}{}{place}", self.until, self.semicolon);
                    self.bracketed(reason, &last)
                }
                None => self.bracketed(reason, place),
            },
        }
    }

    /// The zone in which times are told, and how far one can be trusted.
    pub(super) fn zone(&self, quality: TimeQuality) -> String {
        let doubt = match quality {
            TimeQuality::Exact | TimeQuality::ZoneInferred => return " UTC".to_owned(),
            TimeQuality::BootRelative | TimeQuality::AgeRelative => self.reckoned,
            TimeQuality::YearInferred => self.year_inferred,
            TimeQuality::ZoneAssumed => self.zone_assumed,
            TimeQuality::YearAndZoneAssumed => self.both_assumed,
        };
        self.bracketed(" UTC", doubt)
    }

    /// How often something was seen.
    pub(super) fn times(&self, count: u64) -> String {
        format!("{}{}", grouped(count), self.times)
    }

    /// A text with another in brackets behind it.
    pub(super) fn bracketed(&self, text: &str, aside: &str) -> String {
        let [open, close] = self.brackets;
        format!("{text}{open}{aside}{close}")
    }

    /// On how many of all hosts something is.
    pub(super) fn hosts_of_all(&self, count: usize, all: usize) -> String {
        let template = self.hosts_of_all;
        template
            .replace("{count}", &count.to_string())
            .replace("{all}", &all.to_string())
    }
}

/// How many of all other findings one explains; nothing if there are none.
pub(super) fn explained(count: usize, all: usize, lang: Lang) -> Option<String> {
    Some(match (lang, count, all) {
        (_, _, 0) => return None,
        (Lang::En, 0, 1) => "1 other finding".to_owned(),
        (Lang::En, 0, _) => format!("{all} other findings"),
        (Lang::Zh, 0, _) => format!("另有 {all} 个发现"),
        (Lang::En, 1, 1) => "explains the other finding".to_owned(),
        (Lang::En, 2, 2) => "explains both other findings".to_owned(),
        (Lang::En, ..) if count == all => format!("explains all {all} other findings"),
        (Lang::Zh, 1, 1) => "可解释另一个发现".to_owned(),
        (Lang::Zh, 2, 2) => "可解释其余两个发现".to_owned(),
        (Lang::Zh, ..) if count == all => format!("可解释其余全部 {all} 个发现"),
        (Lang::En, ..) => format!("explains {count} of {all} other findings"),
        (Lang::Zh, ..) => format!("可解释其余 {all} 个发现中的 {count} 个"),
    })
}

/// How many causes there are beside the first, if there is nothing else.
pub(super) fn only_roots(count: usize, lang: Lang) -> String {
    let more = more_roots(count, lang);
    more.trim_start_matches([';', '；', ' ']).to_owned()
}

/// How many causes there are beside the first; nothing if there are none.
pub(super) fn more_roots(count: usize, lang: Lang) -> String {
    match (lang, count) {
        (_, 0) => String::new(),
        (Lang::En, 1) => "; 1 more root cause".to_owned(),
        (Lang::En, _) => format!("; {count} more root causes"),
        (Lang::Zh, _) => format!("；另有 {count} 个根因"),
    }
}

pub(super) fn severity_word(severity: Severity, lang: Lang) -> &'static str {
    match (lang, severity) {
        (Lang::En, Severity::Critical) => "CRITICAL",
        (Lang::En, Severity::Error) => "ERROR",
        (Lang::En, Severity::Warning) => "WARNING",
        (Lang::En, Severity::Info) => "INFO",
        (Lang::Zh, Severity::Critical) => "严重",
        (Lang::Zh, Severity::Error) => "错误",
        (Lang::Zh, Severity::Warning) => "警告",
        (Lang::Zh, Severity::Info) => "提示",
    }
}

/// What there is to say of the state; nothing where it is as one expects.
pub(super) fn state_words(finding: &Finding, lang: Lang) -> Option<String> {
    let text = match (lang, finding.reason) {
        (_, Reason::NoTime | Reason::Recent | Reason::AsCaptured) => return None,
        (Lang::En, Reason::Recovered) => "over: a recovery followed".to_owned(),
        (Lang::Zh, Reason::Recovered) => "已恢复".to_owned(),
        (Lang::En, Reason::PodsReady) => "over: its pods are ready".to_owned(),
        (Lang::Zh, Reason::PodsReady) => "已恢复：相关 Pod 均已就绪".to_owned(),
        (Lang::En, Reason::Booted(at)) => {
            format!("before the last boot ({} UTC)", to_second(at))
        }
        (Lang::Zh, Reason::Booted(at)) => {
            format!("发生在最近一次启动（{} UTC）之前", to_second(at))
        }
        (Lang::En, Reason::LongAgo(nanos)) => {
            format!("last seen {} before the bundle was made", span(nanos, lang))
        }
        (Lang::Zh, Reason::LongAgo(nanos)) => {
            format!("最后一次出现在采集前 {}", span(nanos, lang))
        }
        (Lang::En, Reason::Quiet(nanos)) => {
            format!("its log goes on for {} without it", span(nanos, lang))
        }
        (Lang::Zh, Reason::Quiet(nanos)) => {
            format!("此后日志中 {} 未再出现", span(nanos, lang))
        }
    };
    Some(text)
}

/// The two largest units of a span: `3 d 4 h`.
pub(super) fn span(nanos: i64, lang: Lang) -> String {
    let minutes = nanos / (60 * NANOS_PER_SECOND);
    let units = match lang {
        Lang::En => ["d", "h", "min"],
        Lang::Zh => ["天", "小时", "分钟"],
    };
    let numbers = [minutes / 1_440, minutes / 60 % 24, minutes % 60];
    let known = numbers.into_iter().zip(units);
    let shown = known.skip_while(|(number, _)| *number == 0).take(2);
    let parts: Vec<String> = shown
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    match parts.is_empty() {
        true => format!("0 {}", units[2]),
        false => parts.join(" "),
    }
}

/// What went wrong with a part of a bundle.
pub(super) fn problem_word(kind: ProblemKind, lang: Lang) -> &'static str {
    match (lang, kind) {
        (Lang::En, _) => kind.as_str(),
        (Lang::Zh, ProblemKind::Truncated) => "不完整",
        (Lang::Zh, ProblemKind::Corrupt) => "已损坏",
        (Lang::Zh, ProblemKind::Unsupported) => "不支持",
        (Lang::Zh, ProblemKind::Encrypted) => "已加密",
        (Lang::Zh, ProblemKind::Unreadable) => "无法读取",
        (Lang::Zh, ProblemKind::LimitReached) => "达到上限",
        (Lang::Zh, ProblemKind::Interrupted) => "已中断",
        (Lang::Zh, ProblemKind::Internal) => "内部错误",
    }
}

/// A warning before a remedy step; nothing for one that only looks.
pub(super) fn risk_mark(risk: Risk, lang: Lang) -> &'static str {
    match (lang, risk) {
        (_, Risk::ReadOnly) => "",
        (Lang::En, Risk::Change) => "[change] ",
        (Lang::En, Risk::Restart) => "[restart] ",
        (Lang::En, Risk::DataLoss) => "[data loss] ",
        (Lang::Zh, Risk::Change) => "【变更】",
        (Lang::Zh, Risk::Restart) => "【重启】",
        (Lang::Zh, Risk::DataLoss) => "【可能丢失数据】",
    }
}

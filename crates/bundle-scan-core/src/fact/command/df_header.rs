//! Which column of `df` says what, by the titles of all versions and languages.
//!
//! ```text
//! Filesystem     Type     1K-blocks    Used Available Use% Mounted on
//! ```
//!
//! Source: GNU coreutils `src/df.c` (`field_data`, `get_header`) and `po/zh_CN.po`, busybox `coreutils/df.c`.

use crate::fact::kind::{self, Kind};
use crate::fact::value;

/// What a header says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) columns: Vec<Column>,
    /// The bytes that one stands for, in values without a unit.
    pub(super) block_bytes: f64,
}

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Column {
    Filesystem,
    Type,
    Space(&'static str),
    SpacePercent,
    Inodes(&'static str),
    InodesPercent,
    File,
    Mount,
}

impl Header {
    /// The columns that a header names; nothing if a title is unknown.
    pub(super) fn of(header: &str) -> Option<Self> {
        let mut titles: Vec<&str> = header.split_whitespace().take(20).collect();
        if titles.ends_with(&["Mounted", "on"]) {
            titles.pop();
        }
        let has = |wanted| {
            titles
                .iter()
                .any(|title| column_of(title, false) == Some(wanted))
        };
        let of_inodes = has(Column::Inodes("inodes")) && !has(Column::Inodes("used"));
        let mut columns: Vec<Column> = Vec::new();
        for title in &titles {
            // `容量` stands for both `Size` and the `Capacity` of `df -P`.
            let is_capacity = *title == "容量" && columns.contains(&Column::Space("size"));
            columns.push(match is_capacity {
                true => Column::SpacePercent,
                false => column_of(title, of_inodes)?,
            });
        }
        let has_ends =
            columns.first() == Some(&Column::Filesystem) && columns.last() == Some(&Column::Mount);
        (has_ends && columns.len() > 2).then_some(Header {
            columns,
            block_bytes: titles
                .iter()
                .find_map(|title| block_bytes(title))
                .unwrap_or(1.0),
        })
    }

    /// Whether its rows tell of this kind.
    pub(super) fn is_of(&self, kind: &Kind) -> bool {
        self.columns.iter().any(|column| {
            matches!(column, Column::Space(_) | Column::Inodes(_))
                && column.field_in(kind).is_some()
        })
    }
}

impl Column {
    /// The field of a kind that takes it.
    pub(super) fn field_in(self, kind: &Kind) -> Option<&'static str> {
        let of_space = *kind == kind::DF;
        match self {
            Column::Filesystem => Some("filesystem"),
            Column::Mount => Some("mount"),
            Column::Type if of_space => Some("type"),
            Column::Space(field) if of_space => Some(field),
            Column::SpacePercent if of_space => Some("used_percent"),
            Column::Inodes(field) if !of_space => Some(field),
            Column::InodesPercent if !of_space => Some("used_percent"),
            _ => None,
        }
    }
}

/// What stands under a title; `of_inodes` says that the titles of space head inodes, as busybox prints them.
fn column_of(title: &str, of_inodes: bool) -> Option<Column> {
    let space = |field, inodes| match of_inodes {
        true => Column::Inodes(inodes),
        false => Column::Space(field),
    };
    Some(match title {
        "Filesystem" | "文件系统" | "檔案系統" => Column::Filesystem,
        "Type" | "类型" | "類型" => Column::Type,
        "Size" | "容量" | "大小" => Column::Space("size"),
        "Used" | "已用" => space("used", "used"),
        "Available" | "Avail" | "可用" => space("available", "free"),
        "Use%" | "Capacity" | "已用%" if of_inodes => Column::InodesPercent,
        "Use%" | "Capacity" | "已用%" => Column::SpacePercent,
        "Inodes" | "Inode" | "I节点" => Column::Inodes("inodes"),
        "IUsed" | "已用(I)" | "(I)已用" | "已用I" => Column::Inodes("used"),
        "IFree" | "可用(I)" | "(I)可用" | "可用I" => Column::Inodes("free"),
        "IUse%" | "已用(I)%" | "(I)已用%" | "已用I%" => Column::InodesPercent,
        "File" | "文件" | "檔案" => Column::File,
        "Mounted" | "挂载点" | "掛載點" => Column::Mount,
        blocks if block_bytes(blocks).is_some() => Column::Space("size"),
        _ => return None,
    })
}

/// The bytes of a block in `1K-blocks`, `1024-blocks`, `1M-块`.
fn block_bytes(title: &str) -> Option<f64> {
    let (block, blocks) = title.split_once('-')?;
    let is_blocks = matches!(blocks, "blocks" | "块" | "區塊" | "區段");
    value::size(block).filter(|_| is_blocks)
}

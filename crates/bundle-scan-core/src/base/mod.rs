//! Words that every room speaks: member path, problem, severity, time with its quality, limits.
//! Uses no other room.

pub mod contain;
pub mod halt;
pub mod hash;
pub mod lang;
pub mod legible;
pub mod limits;
pub mod means;
pub mod member_path;
pub mod problem;
pub mod severity;
pub mod shared_bytes;
pub mod thing;
pub mod time;
pub mod two;
pub mod window;

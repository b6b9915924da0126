//! Words that every room speaks: member path, problem, severity, time with its quality, limits.
//! Uses no other room.

#[doc(hidden)]
pub mod contain;
pub mod halt;
#[doc(hidden)]
pub mod hash;
pub mod lang;
#[doc(hidden)]
pub mod legible;
pub mod limits;
pub mod means;
pub mod member_path;
pub mod problem;
pub mod severity;
#[doc(hidden)]
pub mod shared_bytes;
#[doc(hidden)]
pub mod thing;
pub mod time;
#[doc(hidden)]
pub mod two;
pub mod window;

//! Bytes of a member to blocks cut at line ends, and lines inside a block. Nothing here looks at what a line says, but for
//! how common its words are in logs.

pub mod binary;
pub mod block;
pub mod charset;
pub mod commonness;
pub mod lines;
pub mod recode;

//! What many messages have in common: the parts that change masked, what is left clustered into templates.
//!
//! Source of the idea: He, Zhu, Zheng and Lyu, "Drain: an online log parsing approach with fixed depth tree", 2017. Drain meets
//! messages one by one, so that its templates depend on their order; here messages are masked and counted in any order, and only
//! the few that differ then are clustered, in a fixed order.

pub mod cluster;
pub mod mask;

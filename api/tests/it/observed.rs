//! What operators see of a process that runs: figures, lines, traces.

mod figures;
mod logs;
mod traces;

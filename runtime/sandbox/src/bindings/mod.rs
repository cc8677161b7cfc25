//! The generated bindings, one module for each line of the contract. They translate and decide nothing: what a flavor may do is
//! decided in [`state`](crate::state) and [`capabilities`](crate::capabilities).

pub(crate) mod v0_1;

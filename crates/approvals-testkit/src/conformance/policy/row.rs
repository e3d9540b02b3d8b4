//! What a table is made of.

use approvals_core::PrincipalKind;

/// The rows about one policy: a plain call, and what changes in each row.
#[derive(Debug)]
pub(super) struct Table {
    /// The name of the policy.
    pub(super) policy: &'static str,
    /// The action of the plain call.
    pub(super) action: &'static str,
    /// Its arguments, in JSON.
    pub(super) arguments: Named,
    /// What providers state about it, in JSON.
    pub(super) facts: Named,
    pub(super) rows: &'static [Row],
}

/// Values in JSON, by name.
pub(super) type Named = &'static [(&'static str, &'static str)];

/// What is special about the call, what is changed to get there, and what the policy says.
pub(super) type Row = (&'static str, &'static [Change], Expect);

/// A difference from the plain call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    /// Another action, with these arguments and no others.
    Call(&'static str, Named),
    /// The argument has this value, whether it was there or not.
    Arg(&'static str, &'static str),
    /// The argument is a text of so many letters.
    LongArg(&'static str, usize),
    NoArg(&'static str),
    /// The fact has this value, whether it was there or not.
    Fact(&'static str, &'static str),
    /// The fact is a text of so many letters.
    LongFact(&'static str, usize),
    NoFact(&'static str),
    /// The caller says that it is an emergency.
    Emergency,
    /// Another kind of principal makes the call.
    By(PrincipalKind),
    /// The call names a resource.
    Resource(&'static str),
    /// The author of the action sees this risk.
    Risk(&'static str),
}

/// What the policy is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    Allow,
    /// The verdict, or an error, which the gate takes as one.
    Deny,
    /// Exactly these obligations.
    Review(&'static [&'static str]),
    /// Exactly these obligations, because an emergency has set denials aside.
    Broken {
        rules: &'static [&'static str],
        require: &'static [&'static str],
    },
}

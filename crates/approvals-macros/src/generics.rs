//! What a function is generic over: calls that differ in it alone do different things.

use quote::ToTokens as _;
use syn::{FnArg, GenericParam, Ident, PatType, Signature};

use crate::param::{Exposure, Param, mentions};

/// Something that whoever calls the function chooses, beside its arguments.
pub(crate) enum Generic {
    /// `T`, shown by the name of the type.
    Type(Ident),
    /// `const N: usize`, shown by its value.
    Const(Ident),
    /// The type of a parameter that is `impl Trait`, or has it in it.
    Anonymous(Ident),
}

impl Generic {
    /// All but those that are of skipped parameters alone: what is a handle is bound in no way.
    pub(crate) fn all(sig: &Signature, params: &[Param]) -> Vec<Self> {
        let typed = sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(typed),
            FnArg::Receiver(_) => None,
        });
        let typed: Vec<(&PatType, &Param)> = typed.zip(params).collect();
        let is_bound = |ident: &Ident| {
            let mut of =
                typed.iter().filter(|(typed, _)| mentions(typed.ty.to_token_stream(), ident));
            of.clone().next().is_none() || of.any(|(_, param)| param.exposure != Exposure::Skipped)
        };
        let named = sig.generics.params.iter().filter_map(|generic| match generic {
            GenericParam::Type(one) => Some(Self::Type(one.ident.clone())),
            GenericParam::Const(one) => Some(Self::Const(one.ident.clone())),
            GenericParam::Lifetime(_) => None,
        });
        let named = named.filter(|generic| is_bound(generic.ident()));
        let has_impl = |typed: &PatType| {
            let keyword = Ident::new("impl", proc_macro2::Span::call_site());
            mentions(typed.ty.to_token_stream(), &keyword)
        };
        let anonymous = typed
            .iter()
            .filter(|(typed, param)| param.exposure != Exposure::Skipped && has_impl(typed));
        let anonymous = anonymous.map(|(_, param)| Self::Anonymous(param.ident.clone()));
        named.chain(anonymous).collect()
    }

    pub(crate) fn ident(&self) -> &Ident {
        match self {
            Self::Type(ident) | Self::Const(ident) | Self::Anonymous(ident) => ident,
        }
    }
}

//! The return type, which has to carry a denial.

use syn::visit_mut::{self, VisitMut};
use syn::{Error, GenericArgument, ReturnType, Signature, Token, Type, TypeInfer, parse_quote};

/// The type that carries a denial, unless `is_told` in another way. In it `impl Trait` becomes `_`, since nothing else
/// can name it.
pub(crate) fn output(sig: &Signature, is_told: bool) -> syn::Result<Type> {
    let message = "a denial needs a way out: return a `Result` whose error is `From<approvals::Denied>`, such as \
         `-> Result<(), approvals::Denied>`";
    let mut written = match &sig.output {
        ReturnType::Type(_, written) if !matches!(**written, Type::Never(_)) => (**written).clone(),
        ReturnType::Type(_, never) => return Err(Error::new_spanned(never, message)),
        ReturnType::Default if is_told => parse_quote!(()),
        ReturnType::Default => return Err(Error::new(sig.paren_token.span.close(), message)),
    };
    if sig.asyncness.is_none() {
        let mut find = FindOutput(None);
        find.visit_type_mut(&mut written);
        written = match find.0 {
            Some(output) => output,
            None => parse_quote!(<#written as ::core::future::Future>::Output),
        };
    }
    InferImplTrait.visit_type_mut(&mut written);
    Ok(written)
}

/// Finds `R` in `impl Future<Output = R>` and `Pin<Box<dyn Future<Output = R> + Send>>`.
struct FindOutput(Option<Type>);

impl VisitMut for FindOutput {
    fn visit_generic_argument_mut(&mut self, argument: &mut GenericArgument) {
        if let (GenericArgument::AssocType(found), None) = (&*argument, &self.0)
            && found.ident == "Output"
        {
            self.0 = Some(found.ty.clone());
        }
        visit_mut::visit_generic_argument_mut(self, argument);
    }
}

struct InferImplTrait;

impl VisitMut for InferImplTrait {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(impl_trait) = ty {
            let underscore_token = Token![_](impl_trait.impl_token.span);
            *ty = Type::Infer(TypeInfer { underscore_token });
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

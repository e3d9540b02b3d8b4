//! An expansion, for readers.

// Input
#[requires_approval(action = "rows.list")]
async fn rows(of: impl Into<String> + Serialize) -> Result<impl Iterator<Item = u32>, Error> {
    body();
}

// Output
async fn rows(
    of: impl Into<String> + Serialize,
) -> Result<impl Iterator<Item = u32>, Error> {
    #[allow(clippy::result_large_err)]
    let returns = ::approvals::__private::returns::<Result<_, Error>>();
    let gate = ::core::option::Option::None;
    let args = (of,);
    ::approvals::__private::run(
            returns,
            gate,
            ::core::result::Result::Ok(
                ::approvals::__private::Call::new(
                    args,
                    |(of,), call| {
                        call.action("rows.list", ::approvals::__private::Risk::High)?;
                        ::approvals::__private::bind(call, "of", of)?;
                        ::approvals::__private::anonymous(call, "<of>", of)?;
                        ::core::result::Result::Ok(())
                    },
                ),
            ),
            move |permit, args| async move {
                let _permit = permit;
                let of = args.0;
                if let ::core::option::Option::Some(returned) = ::core::option::Option::None::<
                    Result<_, Error>,
                > {
                    #[allow(unreachable_code)] return returned;
                }
                #[allow(clippy::type_complexity)]
                let returned: Result<_, Error> = {
                    body();
                };
                #[allow(unreachable_code)] returned
            },
        )
        .await
}

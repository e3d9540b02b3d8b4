//! An expansion, for readers.

// Input
#[requires_approval(action = "mail.send")]
fn send(to: String) -> impl Future<Output = Result<(), Error>> + Send {
    use std::fmt::Write;
    async move {
        body();
    }
}

// Output
fn send(to: String) -> impl Future<Output = Result<(), Error>> + Send {
    use std::fmt::Write;
    async move {
        #[allow(clippy::result_large_err)]
        let returns = ::approvals::__private::returns::<Result<(), Error>>();
        let gate = ::core::option::Option::None;
        let args = (to,);
        ::approvals::__private::run(
                returns,
                gate,
                ::core::result::Result::Ok(
                    ::approvals::__private::Call::new(
                        args,
                        |(to,), call| {
                            call.action(
                                "mail.send",
                                ::approvals::__private::Risk::High,
                            )?;
                            ::approvals::__private::bind(call, "to", to)?;
                            ::core::result::Result::Ok(())
                        },
                    ),
                ),
                move |permit, args| async move {
                    let _permit = permit;
                    let to = args.0;
                    if let ::core::option::Option::Some(returned) = ::core::option::Option::None::<
                        Result<(), Error>,
                    > {
                        #[allow(unreachable_code)] return returned;
                    }
                    #[allow(clippy::type_complexity)]
                    let returned: Result<(), Error> = {
                        body();
                    };
                    #[allow(unreachable_code)] returned
                },
            )
            .await
    }
}

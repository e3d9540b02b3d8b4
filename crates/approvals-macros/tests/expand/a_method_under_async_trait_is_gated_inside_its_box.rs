//! An expansion, for readers.

// Input
#[requires_approval(action = "mail.send", skip(to))]
fn send<'life0, 'async_trait>(
    &'life0 self,
    to: Vec<Address>,
    __arg2: (u8, u8),
) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<(), Error>> + ::core::marker::Send + 'async_trait>>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        let __self = self;
        let (from, until) = {
            let __arg2 = __arg2;
            __arg2
        };
        let __ret: Result<(), Error> = { body(); };
        __ret
    })
}

// Output
fn send<'life0, 'async_trait>(
    &'life0 self,
    to: Vec<Address>,
    __arg2: (u8, u8),
) -> ::core::pin::Pin<
    Box<
        dyn ::core::future::Future<
            Output = Result<(), Error>,
        > + ::core::marker::Send + 'async_trait,
    >,
>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        #[allow(clippy::result_large_err)]
        let returns = ::approvals::__private::returns::<Result<(), Error>>();
        let gate = ::core::option::Option::None;
        #[allow(clippy::used_underscore_binding, clippy::no_effect_underscore_binding)]
        let args = (to, __arg2);
        ::approvals::__private::run(
                returns,
                gate,
                ::core::result::Result::Ok(
                    ::approvals::__private::Call::new(
                        args,
                        |(_, __arg2), call| {
                            call.action(
                                "mail.send",
                                ::approvals::__private::Risk::High,
                            )?;
                            call.unbound("self")?;
                            call.unbound("to")?;
                            #[allow(
                                clippy::used_underscore_binding,
                                clippy::no_effect_underscore_binding
                            )]
                            ::approvals::__private::bind(call, "(from, until)", __arg2)?;
                            ::core::result::Result::Ok(())
                        },
                    ),
                ),
                move |permit, args| async move {
                    let _permit = permit;
                    let to = args.0;
                    #[allow(
                        clippy::used_underscore_binding,
                        clippy::no_effect_underscore_binding
                    )]
                    let __arg2 = args.1;
                    if let ::core::option::Option::Some(returned) = ::core::option::Option::None::<
                        Result<(), Error>,
                    > {
                        #[allow(unreachable_code)] return returned;
                    }
                    #[allow(clippy::type_complexity)]
                    let returned: Result<(), Error> = {
                        let __self = self;
                        let (from, until) = {
                            let __arg2 = __arg2;
                            __arg2
                        };
                        let __ret: Result<(), Error> = {
                            body();
                        };
                        __ret
                    };
                    #[allow(unreachable_code)] returned
                },
            )
            .await
    })
}

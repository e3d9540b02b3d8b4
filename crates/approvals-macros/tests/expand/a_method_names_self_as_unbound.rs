//! An expansion, for readers.

// Input
#[requires_approval(action = "bank.transfer", gate = self.gate)]
async fn transfer(&mut self, to: Account, cents: u64) -> Result<(), BankError> {
    body();
}

// Output
async fn transfer(&mut self, to: Account, cents: u64) -> Result<(), BankError> {
    #[allow(clippy::result_large_err)]
    let returns = ::approvals::__private::returns::<Result<(), BankError>>();
    let gate = ::core::option::Option::Some(::approvals::__private::gate(&(self.gate)));
    let args = (to, cents);
    ::approvals::__private::run(
            returns,
            gate,
            ::core::result::Result::Ok(
                ::approvals::__private::Call::new(
                    args,
                    |(to, cents), call| {
                        call.action(
                            "bank.transfer",
                            ::approvals::__private::Risk::High,
                        )?;
                        call.unbound("self")?;
                        ::approvals::__private::bind(call, "to", to)?;
                        ::approvals::__private::bind(call, "cents", cents)?;
                        ::core::result::Result::Ok(())
                    },
                ),
            ),
            move |permit, args| async move {
                let _permit = permit;
                let to = args.0;
                let cents = args.1;
                if let ::core::option::Option::Some(returned) = ::core::option::Option::None::<
                    Result<(), BankError>,
                > {
                    #[allow(unreachable_code)] return returned;
                }
                #[allow(clippy::type_complexity)]
                let returned: Result<(), BankError> = {
                    body();
                };
                #[allow(unreachable_code)] returned
            },
        )
        .await
}

//! An expansion, for readers.

// Input
#[requires_approval(action = "queue.drop")]
/// Drops messages.
#[must_use]
#[inline]
pub(crate) async fn drop_all<'a, T, const N: usize>(from: &'a Queue<T>, ids: [T; N]) -> io::Result<&'a T>
where
    T: Serialize + 'a,
{
    #![allow(clippy::todo)]
    body();
}

// Output
/// Drops messages.
#[must_use]
#[inline]
#[allow(clippy::todo)]
///
/// Requires approval: `queue.drop`.
pub(crate) async fn drop_all<'a, T, const N: usize>(
    from: &'a Queue<T>,
    ids: [T; N],
) -> io::Result<&'a T>
where
    T: Serialize + 'a,
{
    #[allow(clippy::result_large_err)]
    let returns = ::approvals::__private::returns::<io::Result<&'a T>>();
    let gate = ::core::option::Option::None;
    let args = (from, ids);
    ::approvals::__private::run(
            returns,
            gate,
            ::core::result::Result::Ok(
                ::approvals::__private::Call::new(
                    args,
                    |(from, ids), call| {
                        call.action("queue.drop", ::approvals::__private::Risk::High)?;
                        ::approvals::__private::bind(call, "from", from)?;
                        ::approvals::__private::bind(call, "ids", ids)?;
                        ::approvals::__private::generic::<T>(call, "<T>")?;
                        ::approvals::__private::show(call, "<N>", &N)?;
                        ::core::result::Result::Ok(())
                    },
                ),
            ),
            move |permit, args| async move {
                let _permit = permit;
                let from = args.0;
                let ids = args.1;
                if let ::core::option::Option::Some(returned) = ::core::option::Option::None::<
                    io::Result<&'a T>,
                > {
                    #[allow(unreachable_code)] return returned;
                }
                #[allow(clippy::type_complexity)]
                let returned: io::Result<&'a T> = {
                    body();
                };
                #[allow(unreachable_code)] returned
            },
        )
        .await
}

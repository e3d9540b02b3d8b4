//! An expansion, for readers.

// Input
#[requires_approval(
    action = "s3.export",
    resource = "s3://{bucket}",
    summary = "Export {rows} rows of {bucket}",
    reason = "{bucket} is full",
    risk = "critical",
    tags("pii"),
    skip(client),
    redact(token),
    show(thousands = rows / 1000),
    when = |rows: &u64| *rows > 1000,
    key = "export-{bucket}",
    expires = "1h30m",
    bind = "decoded",
    gate = client.gate(),
    on_denied = tell::model,
    crate = crate::vendored,
)]
pub async fn export(client: &S3, bucket: &str, mut rows: u64, token: &str) -> Result<Report, ExportError> {
    body();
}

// Output
pub async fn export(
    client: &S3,
    bucket: &str,
    rows: u64,
    token: &str,
) -> Result<Report, ExportError> {
    #[allow(clippy::result_large_err)]
    let returns = crate::vendored::__private::Returns::<
        Result<Report, ExportError>,
    >::by(
        |why| tell::model(why),
        |returned: &Result<Report, ExportError>| {
            #[allow(unused_imports)]
            use crate::vendored::__private::{NeverFails as _, MayFail as _};
            (&crate::vendored::__private::Returned::new(returned)).failed()
        },
    );
    let gate = ::core::option::Option::Some(
        crate::vendored::__private::gate(&(client.gate())),
    );
    let args = (client, bucket, rows, token);
    crate::vendored::__private::run(
            returns,
            gate,
            crate::vendored::__private::decoding(move || {
                let args = (
                    args.0,
                    crate::vendored::__private::decoded_ref("bucket", args.1)?,
                    crate::vendored::__private::decoded("rows", &args.2)?,
                    crate::vendored::__private::hidden(
                        crate::vendored::__private::decoded_ref("token", args.3),
                        "token",
                    )?,
                );
                ::core::result::Result::Ok(
                    crate::vendored::__private::Call::new(
                            args,
                            |(_, bucket, rows, token), call| {
                                call.action(
                                    "s3.export",
                                    crate::vendored::__private::Risk::Critical,
                                )?;
                                call.resource(
                                    ::core::format_args!("s3://{bucket}", bucket = bucket),
                                )?;
                                call.summary(
                                    ::core::format_args!(
                                        "Export {rows} rows of {bucket}", rows = rows, bucket =
                                        bucket
                                    ),
                                )?;
                                call.reason(
                                    ::core::format_args!("{bucket} is full", bucket = bucket),
                                )?;
                                call.tag("pii")?;
                                call.expires_after(
                                    ::core::time::Duration::from_millis(5400000u64),
                                )?;
                                call.unbound("client")?;
                                crate::vendored::__private::bind(call, "bucket", bucket)?;
                                crate::vendored::__private::bind(call, "rows", rows)?;
                                crate::vendored::__private::redact(call, "token", token)?;
                                {
                                    #[allow(unused_variables)]
                                    let client = crate::vendored::__private::OutOfReach;
                                    #[allow(unused_variables)]
                                    let token = crate::vendored::__private::OutOfReach;
                                    #[allow(clippy::redundant_locals)]
                                    let rows: &u64 = rows;
                                    let is_asked = crate::vendored::__private::value::<
                                        bool,
                                    >(|| *rows > 1000);
                                    if is_asked {
                                        call.review_required();
                                    }
                                }
                                {
                                    #[allow(unused_variables)]
                                    let client = crate::vendored::__private::OutOfReach;
                                    #[allow(unused_variables)]
                                    let token = crate::vendored::__private::OutOfReach;
                                    crate::vendored::__private::show(
                                        call,
                                        "thousands",
                                        &crate::vendored::__private::value(|| rows / 1000),
                                    )?;
                                }
                                ::core::result::Result::Ok(())
                            },
                        )
                        .key(|(_, bucket, _, _)| crate::vendored::__private::text(
                            ::core::format_args!("export-{bucket}", bucket = bucket),
                        )),
                )
            }),
            move |permit, args| async move {
                let _permit = permit;
                let client = args.0;
                let bucket = crate::vendored::__private::borrowed::<str>(&args.1);
                let mut rows = args.2;
                let token = crate::vendored::__private::borrowed::<str>(&args.3);
                let _ = (&client, &bucket, &rows);
                if let ::core::option::Option::Some(returned) = ::core::option::Option::None::<
                    Result<Report, ExportError>,
                > {
                    #[allow(unreachable_code)] return returned;
                }
                #[allow(clippy::type_complexity)]
                let returned: Result<Report, ExportError> = {
                    body();
                };
                #[allow(unreachable_code)] returned
            },
        )
        .await
}

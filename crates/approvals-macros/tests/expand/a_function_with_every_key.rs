//! An expansion, for readers.

// Input
#[requires_approval(
    action = "s3.export",
    resource = "s3://{bucket}",
    summary = "Export {rows} rows of {bucket}",
    risk = "critical",
    skip(client),
    redact(token),
    gate = client.gate(),
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
    let gate = ::core::option::Option::Some(
        crate::vendored::__private::gate(&(client.gate())),
    );
    let args = (client, bucket, rows, token);
    crate::vendored::__private::run(
            crate::vendored::__private::returns::<Result<Report, ExportError>>(),
            gate,
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
                    call.unbound("client")?;
                    crate::vendored::__private::bind(call, "bucket", bucket)?;
                    crate::vendored::__private::bind(call, "rows", rows)?;
                    crate::vendored::__private::redact(call, "token", token)?;
                    ::core::result::Result::Ok(())
                },
            ),
            move |permit, args| async move {
                let _permit = permit;
                let client = args.0;
                let bucket = args.1;
                let mut rows = args.2;
                let token = args.3;
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

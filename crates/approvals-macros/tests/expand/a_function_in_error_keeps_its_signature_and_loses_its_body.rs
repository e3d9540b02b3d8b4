//! An expansion, for readers.

// Input
#[requires_approval(actoin = "s3.export", risk = "hgih", skip_all, summary = "{} {nope}")]
pub async fn export(bucket: &str) -> Result<(), Error> {
    body();
}

// Output
pub async fn export(bucket: &str) -> Result<(), Error> {
    ::core::compile_error! {
        "unknown key `actoin`: did you mean `action`?"
    }
    ::core::compile_error! {
        "there is no `skip_all`, since an approval has to be of something: list the parameters, as in `skip(client)`"
    }
    ::core::compile_error! {
        "`{}` is positional: name a parameter, as in `{bucket}`"
    }
    ::core::compile_error! {
        "unknown risk `hgih`: expected `low`, `medium`, `high` or `critical`"
    }
}

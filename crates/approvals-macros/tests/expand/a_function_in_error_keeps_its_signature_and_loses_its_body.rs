//! An expansion, for readers.

// Input
#[requires_approval(actoin = "s3.export", risk = "hgih", skip_all, summary = "{} {nope}")]
pub async fn export(bucket: &str) -> Result<(), Error> {
    body();
}

// Output
pub async fn export(bucket: &str) -> Result<(), Error> {
    ::core::compile_error! {
        "unknown key `actoin`: the keys are `action`, `resource`, `summary`, `reason`, `risk`, `tags`, `skip`, `redact`, `show`, `when`, `key`, `expires`, `bind`, `gate`, `on_denied` and `crate`"
    }
    ::core::compile_error! {
        "there is no `skip_all`, since an approval has to be of something: list the parameters, as in `skip(client)`"
    }
    ::core::compile_error! {
        "`{}` is positional: name a parameter, as in `{bucket}`"
    }
    ::core::compile_error! {
        "missing `action`: name what is done, as in `action = \"s3.export\"`"
    }
    ::core::compile_error! {
        "unknown risk `hgih`: expected `low`, `medium`, `high` or `critical`"
    }
}

//! An expansion, for readers.

// Input
#[requires_approval(action = "s3.export")]
struct Export {
    body: u8,
}

// Output
::core::compile_error! {
    "`#[requires_approval]` goes on a function: expected `fn`"
}

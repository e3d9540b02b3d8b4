//! An expansion, for readers.

// Input
#[requires_approval(action = "shape.move", summary = "{_why}")]
async fn shift(Json(shape): Json<Shape>, (x, y): (i32, i32), _why: &str, r#type: u8) -> Result<(), Error> {
    body();
}

// Output
async fn shift(
    arg1: Json<Shape>,
    arg2: (i32, i32),
    _why: &str,
    r#type: u8,
) -> Result<(), Error> {
    #[allow(clippy::result_large_err)]
    let returns = ::approvals::__private::returns::<Result<(), Error>>();
    let gate = ::core::option::Option::None;
    #[allow(clippy::used_underscore_binding, clippy::no_effect_underscore_binding)]
    let args = (arg1, arg2, _why, r#type);
    ::approvals::__private::run(
            returns,
            gate,
            ::core::result::Result::Ok(
                ::approvals::__private::Call::new(
                    args,
                    |(arg1, arg2, _why, r#type), call| {
                        call.action("shape.move", ::approvals::__private::Risk::High)?;
                        #[allow(
                            clippy::used_underscore_binding,
                            clippy::no_effect_underscore_binding
                        )] call.summary(::core::format_args!("{_why}", _why = _why))?;
                        ::approvals::__private::bind(call, "shape", arg1)?;
                        ::approvals::__private::bind(call, "(x, y)", arg2)?;
                        #[allow(
                            clippy::used_underscore_binding,
                            clippy::no_effect_underscore_binding
                        )] ::approvals::__private::bind(call, "_why", _why)?;
                        ::approvals::__private::bind(call, "type", r#type)?;
                        ::core::result::Result::Ok(())
                    },
                ),
            ),
            move |permit, args| async move {
                let _permit = permit;
                let arg1 = args.0;
                let Json(shape) = arg1;
                let arg2 = args.1;
                let (x, y) = arg2;
                #[allow(
                    clippy::used_underscore_binding,
                    clippy::no_effect_underscore_binding
                )]
                let _why = args.2;
                let r#type = args.3;
                #[allow(
                    clippy::used_underscore_binding,
                    clippy::no_effect_underscore_binding
                )]
                let _ = (&_why,);
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

//! One of each: what `walk` must list is in `planted.txt`.

mod hidden {
    /// Reached by its re-export alone.
    #[derive(Clone)]
    #[non_exhaustive]
    pub struct Only {
        pub shown: Vec<Option<u8>>,
        secret: u8,
    }

    /// Not reached at all.
    pub struct Never;

    pub mod deep {
        pub fn globbed() {}
    }

    impl Only {
        pub fn method<'a, T: Into<String>>(
            &'a mut self,
            value: T,
            call: impl FnOnce(&str) -> bool,
        ) -> &'a [u8]
        where
            Self: Sized,
        {
            (value, call, self.secret);
            &[]
        }

        pub async fn later(
            self: Box<Self>,
            other: &mut (dyn Iterator<Item = ()> + Send),
        ) -> Result<(), std::fmt::Error> {
            other.next();
            Ok(())
        }

        fn private(&self) {}
    }
}

pub use hidden::Only;
pub use hidden::deep::*;
pub use open::Act as Renamed;
pub use std::fmt::Debug;

pub mod open {
    pub trait Act: Send {
        type Output: Clone;
        const LIMIT: usize;
        fn act(&self) -> Self::Output;
        fn provided(&self) {}
    }

    impl Act for u8 {
        type Output = ();
        const LIMIT: usize = 1;
        fn act(&self) {}
    }

    impl Act for Pair {
        type Output = ();
        const LIMIT: usize = 2;
        fn act(&self) {}
    }

    pub struct Pair(pub u8, u16);

    pub struct Unit;

    impl From<Unit> for Pair {
        fn from(_: Unit) -> Self {
            Self(0, 0)
        }
    }

    impl<'a> From<&'a Pair> for Unit {
        fn from(_: &'a Pair) -> Self {
            Self
        }
    }

    pub enum Choice<T> {
        Plain,
        Tuple(T, [u8; 4]),
        #[non_exhaustive]
        Named {
            field: fn(u8) -> u16,
        },
    }

    pub const LIMIT: usize = 1 << 4;

    pub type Alias<T> = Result<T, Unit>;

    pub(crate) fn inside() {}

    #[doc(hidden)]
    pub fn support() {}
}

//! `self` as it is held where tasks share it: in an `Arc`, in a `Box`, behind a `Pin`.
#![deny(warnings)]

use std::pin::{Pin, pin};
use std::sync::Arc;

use approvals::{Denied, inherit, requires_approval};
use ui::both;

#[derive(Clone)]
pub struct Bank(u64);

impl Bank {
    #[requires_approval(action = "bank.pay")]
    pub async fn by_arc(self: Arc<Self>, cents: u64) -> Result<u64, Denied> {
        Ok(self.0 - cents)
    }

    #[requires_approval(action = "bank.pay")]
    pub async fn by_arc_ref(self: &Arc<Self>, cents: u64) -> Result<Arc<Self>, Denied> {
        assert!(self.0 > cents);
        Ok(Arc::clone(self))
    }

    #[requires_approval(action = "bank.pay")]
    pub async fn by_box(mut self: Box<Self>, cents: u64) -> Result<Box<Self>, Denied> {
        self.0 -= cents;
        Ok(self)
    }

    #[requires_approval(action = "bank.pay")]
    pub async fn by_pin(mut self: Pin<&mut Self>, cents: u64) -> Result<u64, Denied> {
        self.0 -= cents;
        Ok(self.0)
    }

    #[requires_approval(action = "bank.pay")]
    pub fn boxed(
        self: Pin<Box<Self>>,
        cents: u64,
    ) -> Pin<Box<dyn Future<Output = Result<u64, Denied>> + Send>> {
        Box::pin(async move { Ok(self.0 - cents) })
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let bank = Arc::new(Bank(500));
    let (ran, denied) = both(async || {
        let paying = Arc::clone(&bank).by_arc(100);
        tokio::spawn(inherit(paying)).await.unwrap()
    })
    .await;
    assert_eq!(ran, Ok(400));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || bank.by_arc_ref(100).await.map(|bank| bank.0)).await;
    assert_eq!(ran, Ok(500));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || Box::new(Bank(500)).by_box(100).await.map(|bank| bank.0)).await;
    assert_eq!(ran, Ok(400));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || {
        let mut bank = pin!(Bank(500));
        (bank.as_mut().by_pin(100).await, bank.0)
    })
    .await;
    assert_eq!(ran, (Ok(400), 400));
    assert!(matches!(denied, (Err(Denied::Rejected { .. }), 500)));

    let (ran, denied) = both(async || Box::pin(Bank(500)).boxed(100).await).await;
    assert_eq!(ran, Ok(400));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
}

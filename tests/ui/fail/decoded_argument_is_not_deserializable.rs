//! What the body is to get from the approved bytes has to be readable from them.

use approvals::requires_approval;

#[derive(serde::Serialize)]
struct Order {
    id: u32,
}

#[requires_approval(action = "shop.order", bind = "decoded")]
async fn order(order: Order) -> Result<u32, String> {
    Ok(order.id)
}

fn main() {}

//! The agent's tools. The risky ones are ordinary functions with one attribute.

use approvals::{Denied, DynamicAction, Gate, requires_approval};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::shop::{Shop, ShopError};
use crate::transcript::Call;

/// What the model is told when a tool did not work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Shop(#[from] ShopError),
    #[error("these are not arguments of this tool: {0}")]
    Arguments(#[from] serde_json::Error),
}

/// Calls the tool that the model asked for.
pub(crate) async fn dispatch(shop: &Shop, call: &Call) -> Result<String, ToolError> {
    match call.name.as_str() {
        "list_orders" => {
            let Orders { status } = arguments(call)?;
            list_orders(shop, &status).await
        }
        "export_customers" => {
            let Export { country, columns, file } = arguments(call)?;
            export_customers(shop, &country, &columns, &file).await
        }
        "add_column" => {
            let NewColumn { table, column, r#type } = arguments(call)?;
            add_column(shop, &table, &column, &r#type).await
        }
        "drop_table" => {
            let Table { table } = arguments(call)?;
            drop_table(shop, &table).await
        }
        // A tool that nobody wrote goes through the gate all the same; no rule is about it, so it is denied.
        unknown => {
            let action = DynamicAction::new(&format!("shop.unknown.{unknown}"), call.input.clone());
            let action = action.map_err(|error| Denied::Invalid(error.into()))?;
            Gate::current()?
                .run(action, |_permit, _action| async { Err(ShopError::NoSuchTool.into()) })
                .await
        }
    }
}

fn arguments<T: DeserializeOwned>(call: &Call) -> Result<T, ToolError> {
    Ok(serde_json::from_value(Value::Object(call.input.clone()))?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Orders {
    status: String,
}

#[requires_approval(
    action = "shop.orders.read",
    resource = "shop.db/orders",
    risk = "low",
    skip(shop)
)]
async fn list_orders(shop: &Shop, status: &str) -> Result<String, ToolError> {
    Ok(shop.orders(status)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    country: String,
    columns: Vec<String>,
    file: String,
}

#[requires_approval(
    action = "shop.customers.export",
    resource = "shop.db/customers",
    summary = "Export the customers of {country} to {file}",
    risk = "high",
    skip(shop)
)]
async fn export_customers(
    shop: &Shop,
    country: &str,
    columns: &[String],
    file: &str,
) -> Result<String, ToolError> {
    Ok(shop.export(country, columns, file)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewColumn {
    table: String,
    column: String,
    r#type: String,
}

#[requires_approval(
    action = "shop.schema.change",
    resource = "shop.db/{table}",
    summary = "Add column {column} to {table}",
    risk = "high",
    skip(shop)
)]
async fn add_column(
    shop: &Shop,
    table: &str,
    column: &str,
    sql_type: &str,
) -> Result<String, ToolError> {
    Ok(shop.add_column(table, column, sql_type)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    table: String,
}

#[requires_approval(
    action = "shop.schema.drop",
    resource = "shop.db/{table}",
    risk = "critical",
    skip(shop)
)]
async fn drop_table(shop: &Shop, table: &str) -> Result<String, ToolError> {
    Ok(shop.drop_table(table)?)
}

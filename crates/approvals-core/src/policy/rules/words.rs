//! The vocabulary of a policy file: everything but its rules.

use std::collections::BTreeMap;
use std::str::FromStr;

use toml::Spanned;

use super::error::{RulesError, Source};
use super::table::{BreakGlassTable, File, Kind, Text};
use crate::action::id::{ActionName, FactName, RuleId};
use crate::policy::policy::BreakGlass;
use crate::policy::vocabulary::{Declared, Emergency, ValueType, Vocabulary};

/// The largest file that is read.
const MAX_FILE: usize = 1024 * 1024;
/// The most actions, facts or obligations of one file, and arguments of one action.
const MAX_WORDS: usize = 1000;
/// The most names in one list.
pub(super) const MAX_NAMES: usize = 64;

/// The words of a policy alone, for policies whose rules are written elsewhere: the same file as for
/// [`Rules`](crate::Rules), without any `[[rule]]`. The rules that `[break_glass]` lists are then those of
/// the other engine.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Vocabulary;
///
/// let words: Vocabulary = r#"
/// version = 1
/// default = "deny"
///
/// [action."db.drop"]
/// args = { database = "string", force = "boolean?" }
/// "#
/// .parse()?;
/// assert_eq!(words.actions().count(), 1);
/// # Ok::<(), approvals_core::RulesError>(())
/// ```
impl FromStr for Vocabulary {
    type Err = RulesError;

    fn from_str(text: &str) -> Result<Self, RulesError> {
        let source = Source(text);
        let file = source.file()?;
        match file.rule.first() {
            Some(rule) => source.refuse(
                rule,
                "only words may stand here, since the rules are elsewhere; give the file up to its first `[[rule]]`",
            ),
            None => source.words(&file),
        }
    }
}

impl Source<'_> {
    /// The tables of the file.
    pub(super) fn file(self) -> Result<File, RulesError> {
        if self.0.len() > MAX_FILE {
            return Err(self.error(None, format!("the file is larger than {MAX_FILE} bytes")));
        }
        let file: File = toml::from_str(self.0).map_err(|error| self.unread(&error))?;
        if *file.version.get_ref() != 1 {
            return self.refuse(&file.version, "this version reads `version = 1` only");
        }
        if file.default.get_ref() != "deny" {
            return self.refuse(&file.default, "the default can only be \"deny\"");
        }
        Ok(file)
    }

    /// What the file declares.
    pub(super) fn words(self, file: &File) -> Result<Vocabulary, RulesError> {
        let mut words = Vocabulary::default();
        self.few(&file.action)?;
        self.few(&file.facts)?;
        self.few(&file.obligation)?;
        for (name, table) in &file.action {
            let action: ActionName = self.parse(name)?;
            words.actions.insert(action, self.arguments(&table.args)?);
        }
        for (name, kind) in &file.facts {
            let (name, declared) = self.fact(name, kind)?;
            words.facts.insert(name, declared);
        }
        for (name, table) in &file.obligation {
            let template = self.obligation(name, table, &words)?;
            words.obligations.insert(template.obligation.name.clone(), template);
        }
        if let Some(table) = &file.break_glass {
            words.break_glass = Some(self.emergency(table, &words)?);
        }
        Ok(words)
    }

    fn few<V>(self, table: &BTreeMap<Text, V>) -> Result<(), RulesError> {
        match table.keys().next() {
            Some(first) if table.len() > MAX_WORDS => {
                self.refuse(first, format!("more than {MAX_WORDS} of them; split the policy"))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn arguments(
        self,
        table: &BTreeMap<Text, Kind>,
    ) -> Result<BTreeMap<String, Declared>, RulesError> {
        self.few(table)?;
        let argument = |(name, kind): (&Text, &Kind)| match name.get_ref().len() {
            1..=200 => Ok((name.get_ref().clone(), kind.0)),
            _ => self.refuse(name, "the name of an argument must have 1 to 200 bytes"),
        };
        table.iter().map(argument).collect()
    }

    fn fact(self, name: &Text, kind: &Spanned<Kind>) -> Result<(FactName, Declared), RulesError> {
        let fact: FactName = self.parse(name)?;
        if is_taken(fact.as_str()) {
            return self.refuse(
                name,
                format!("`{fact}` is not a fact: rules know a field of this name; choose another"),
            );
        }
        match kind.get_ref().0 {
            Declared { kind: ValueType::Any, .. } => {
                self.refuse(kind, "a fact is not `any`; say of which type it is")
            }
            declared @ Declared { .. } => Ok((fact, declared)),
        }
    }

    fn emergency(
        self,
        table: &BreakGlassTable,
        words: &Vocabulary,
    ) -> Result<Emergency, RulesError> {
        let unasked =
            "an emergency always asks somebody first; name an obligation of whoever is there then";
        self.bounded(&table.require, MAX_NAMES, unasked)?;
        let require = self.required(&table.require, words)?;
        self.bounded(&table.rules, MAX_NAMES, "no rule is listed; name the denials it sets aside")?;
        let rules: Result<_, _> =
            table.rules.get_ref().iter().map(|rule| self.parse(rule)).collect();
        let within = self.time(&table.review_within)?;
        Ok(Emergency {
            require,
            terms: BreakGlass::new(rules?, self.parse(&table.review_by)?, within),
        })
    }

    /// The names of obligations that exist.
    pub(super) fn required(
        self,
        names: &Spanned<Vec<Text>>,
        words: &Vocabulary,
    ) -> Result<Vec<RuleId>, RulesError> {
        self.bounded(
            names,
            MAX_NAMES,
            "an empty `require` would ask nobody; use `effect = \"allow\"` to allow",
        )?;
        let known = |name: &Text| {
            let id: RuleId = self.parse(name)?;
            if words.obligations.contains_key(&id) {
                return Ok(id);
            }
            self.refuse(name, format!("there is no `[obligation.{id}]`"))
        };
        names.get_ref().iter().map(known).collect()
    }
}

/// Whether rules and tests mean something else by this name.
fn is_taken(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or_default();
    let alone = [
        "resource",
        "origin",
        "risk",
        "action",
        "break_glass",
        "reason",
        "summary",
        "tags",
        "review_required",
    ];
    ["args", "requester", "request"].contains(&first) || alone.contains(&name)
}

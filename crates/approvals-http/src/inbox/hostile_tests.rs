//! Whatever an agent writes, and wherever it writes it: on every page it is text, the same elements stand in the same places, and
//! every letter of the card is there.

use any_card::{HOSTILE, document, half_approved};
use approvals_core::{Card, Digest, Event, Request, State};
use askama::Template;
use html5ever::parse_document;
use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use serde_json::{Value, json};

use super::pages_tests::shell;
use super::*;

/// What runs, or leads away, if it is taken for markup.
const VECTORS: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><use href=\"data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'/>#x\">",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<object data=data:text/html,<script>alert(1)</script>>",
    "<embed src=//evil.example/x.swf>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><button>Approve</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<button form=decide name=choice value=approve>",
    "<input type=hidden name=choice value=approve>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<a href=javascript:alert(1)>approve</a>",
    "<a href=\"https://evil.example\" ping=//evil.example>x</a>",
    "<marquee onstart=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext>",
    "<!--",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version=\"1.0\"?>",
    "<!doctype html>",
    "<b>bold</b>",
    "<h1>Approved</h1>",
    "<dl><dt>risk</dt><dd>low</dd></dl>",
    "<p class=\"stamp\">Approved by u:boss</p>",
    "<section class=\"part facts\"><h3>facts</h3></section>",
    "<img src=x:x onerror\u{c}=alert(1)>",
    "<img/src=`x`onerror=alert(1)>",
    "<x onclick=alert(1) tabindex=1 id=x></x>#x",
    "<<script>alert(1)//<</script>",
    "<script/x>alert(1)</script/x>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;img src=x onerror=alert(1)&#x3e;",
    "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;",
    "\u{ff1c}script\u{ff1e}alert(1)\u{ff1c}/script\u{ff1e}",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "{% include \"/etc/passwd\" %}",
    "{{ value|safe }}",
    "${7*7}",
    "#{7*7}",
    "\\u003cscript\\u003e",
    "\\x3cscript\\x3e",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "\" autofocus onfocus=alert(1) x=\"",
    "x\" style=\"position:fixed;inset:0",
    "\u{0}<img src=x onerror=alert(1)>",
    "<img\u{0} src=x onerror=alert(1)>",
];

/// What ends the place where a text stands, if it is taken for markup.
const BREAKERS: &[&str] = &[
    "\">",
    "'>",
    "\" ",
    "</dd></div></dl></section>",
    "</dt>",
    "</p>",
    "</a></h3>",
    "</title>",
    "</textarea>",
    "</li></ol>",
    "</blockquote>",
    "</main></body></html>",
    "-->",
    "</script>",
    "</code>",
    "\r\n\r\n",
];

fn payloads() -> Vec<String> {
    let broken = BREAKERS.iter().flat_map(|breaker| {
        let vectors = [VECTORS[0], VECTORS[2], VECTORS[16], VECTORS[19], VECTORS[40]];
        vectors.map(|vector| format!("{breaker}{vector}"))
    });
    let plain = VECTORS.iter().chain(HOSTILE).map(|text| (*text).to_owned());
    let all: std::collections::BTreeSet<String> = plain.chain(broken).collect();
    all.into_iter().collect()
}

/// What an agent writes, and where.
const FIELDS: [&str; 15] = [
    "value",
    "name",
    "nested",
    "resource",
    "summary",
    "reason",
    "emergency",
    "intent",
    "session",
    "tag",
    "shown",
    "hidden",
    "unbound",
    "earlier",
    "said",
];

/// What there is to know of a request, with `text` in these fields and `calm` in the others.
struct Written {
    card: Card,
    state: State,
    events: Vec<Event>,
}

fn written(fields: &[&str], text: &str, calm: &str) -> Written {
    let of = |field: &str| if fields.contains(&field) { text } else { calm };
    // A letter first, so that all names come in the same order.
    let name = |field: &str| format!("z{}", of(field));
    let mut request = serde_json::to_value(any_card::request()).unwrap();
    request["notes"]["intent"] = json!(of("intent"));
    request["notes"]["session"] = json!(of("session"));
    if serde_json::from_value::<Request>(request.clone()).is_err() {
        // Not every text is the name of a session.
        request["notes"]["session"] = json!(calm);
    }
    request["ruling"]["break_glass"] =
        json!({"rules": ["never"], "review_by": "security", "review_within_ms": 1000});
    let was = json!({"value": of("earlier")});
    request["earlier"] = json!({
        "by": "u:mira", "reason": of("earlier"), "request": request["id"], "resource": was, "tags": {"value": [of("earlier")]},
        "was": {name("earlier"): was, "plain": was},
    });
    let request: Request = serde_json::from_value(request).unwrap();
    let digest = Digest::of("test", b"x").to_string();
    let document = document(json!({
        "arguments": {name("name"): 1, "plain": of("value"), "nested": {of("nested"): [of("nested"), {of("nested"): 1}]}},
        "resource": of("resource"), "summary": of("summary"), "reason": of("reason"), "break_glass": of("emergency"),
        "tags": [of("tag")], "shown": {name("shown"): of("shown")}, "redacted": {name("hidden"): digest},
        "unbound": [name("unbound")],
    }));
    let asked = json!({"requested": {"request": request, "document": {"inline": "{}"}}});
    let said = of("said");
    let whats = [
        asked,
        json!({"undelivered": {"channel": "slack", "error": said}}),
        json!({"dismissed": {"press": digest, "reason": said}}),
        json!({"closed": {"cause": {"denied": {"reason": said}}}}),
        json!({"closed": {"cause": {"revoked": {"by": "u:mira", "reason": said}}}}),
        json!({"post": {"channel": "slack", "place": "x", "stage": {"lost": {"error": said}}}}),
    ];
    let event = |what: Value| {
        serde_json::from_value(
            json!({"at": 1_900_000_000_000_u64, "request": request.id, "v": 1, "what": what}),
        )
        .unwrap()
    };
    Written {
        card: Card::new(request.clone(), document).unwrap(),
        state: half_approved(),
        events: whats.map(event).into(),
    }
}

/// Every page that shows any of it.
fn pages(written: &Written, said: &str) -> [String; 5] {
    let Written { card, state, events } = written;
    let powers = || Powers { approve: May::Attest, reject: May::Attest };
    let now = state.last_at();
    let asked = Asked { card, state, events, now };
    let mut past = Past::of(card, state);
    past.decisions[0].reason = Some(words::said(said));
    let row = Row::of(card, state, now).not_mine(said);
    let item = BatchItem::new(card, state, powers(), "c5rf", now).unwrap();
    let request = RequestPage::new(shell(1), asked, powers(), vec![past.clone()]).unwrap();
    let batch = BatchPage { shell: shell(1), items: vec![item], made: 1 };
    let history = HistoryPage {
        shell: shell(1),
        query: said.to_owned(),
        ending: None,
        found: vec![past],
        next: Some(said.to_owned()),
        is_later: true,
    };
    let error = ErrorPage {
        shell: shell(1),
        status: 400,
        title: said.to_owned(),
        detail: said.to_owned(),
        request: None,
    };
    [
        request.render().unwrap(),
        InboxPage::new(shell(1), vec![row.clone()], vec![row]).render().unwrap(),
        batch.render().unwrap(),
        history.render().unwrap(),
        error.render().unwrap(),
    ]
}

/// What a browser makes of a page: every element with its depth and the names of its attributes, and where it may lead or do something,
/// their values; then what its `dt` and `dd` say.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    elements: Vec<String>,
    said: Vec<String>,
}

fn seen(html: &str) -> Seen {
    let dom = parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html);
    let mut seen = Seen::default();
    walk(&dom.document, 0, &mut seen);
    seen
}

fn walk(node: &Handle, depth: usize, seen: &mut Seen) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow();
        // A class is ours alone, and one says that a value is long.
        let attributes = attributes.iter().filter(|one| &*one.name.local != "class").map(|one| {
            let is_free = matches!(&*one.name.local, "value" | "href");
            let is_search = one.value.starts_with("/history?") || &*one.name.local != "href";
            if is_free && is_search {
                one.name.local.to_string()
            } else {
                format!("{}={}", one.name.local, one.value)
            }
        });
        let attributes: Vec<_> = attributes.collect();
        seen.elements.push(format!("{depth} {} {}", name.local, attributes.join(" ")));
        if matches!(&*name.local, "dt" | "dd") {
            seen.said.push(text(node));
        }
    }
    for child in node.children.borrow().iter() {
        walk(child, depth.saturating_add(1), seen);
    }
}

fn text(node: &Handle) -> String {
    let own = if let NodeData::Text { contents } = &node.data {
        contents.borrow().to_string()
    } else {
        String::new()
    };
    node.children.borrow().iter().fold(own, |all, child| all + &text(child))
}

/// How many lines each section has, and which have no label, or one that says that there is more.
fn shape(card: &Card) -> Vec<(approvals_core::Part, Vec<String>)> {
    let ours = ["", "odd name", "  its value", "  reads as", "  changed", "  may differ"];
    let line = |line: &approvals_core::Line| {
        ours.iter().find(|label| **label == line.label).map_or("x", |label| label).to_owned()
    };
    card.sections()
        .iter()
        .map(|section| (section.part, section.lines.iter().map(line).collect()))
        .collect()
}

/// What is harmless, of each shape that a card gives to a text.
const CALM: [&str; 6] =
    ["calm", "calm  and", "b\u{e9}ni", "b\u{e9}ni  et", "\u{5e9}", "calm\u{301}"];

/// What browsers see of harmless texts, in the same fields.
struct Harmless(Vec<(Written, [Seen; 5])>);

impl Harmless {
    fn new(fields: &[&str]) -> Self {
        let calm = CALM.iter().map(|calm| {
            let written = written(fields, calm, "quiet");
            let seen = pages(&written, calm).map(|page| seen(&page));
            (written, seen)
        });
        Self(calm.collect())
    }

    /// The one that has the same shape.
    fn like(&self, hostile: &Written) -> Result<&[Seen; 5], String> {
        let wanted = shape(&hostile.card);
        let found = self.0.iter().find(|(calm, _)| shape(&calm.card) == wanted);
        let found = found.map(|(_, seen)| seen);
        found.ok_or_else(|| format!("nothing harmless has the shape of {wanted:?}"))
    }
}

/// Compares what browsers see of a hostile text with what they see of a harmless one of the same shape, in the same fields.
fn check(fields: &[&str], harmless: &Harmless, payload: &str) -> Result<(), String> {
    let hostile = written(fields, payload, "quiet");
    let expected = harmless.like(&hostile)?;
    for (n, (page, expected)) in pages(&hostile, payload).iter().zip(expected).enumerate() {
        let found = seen(page);
        if found.elements != expected.elements {
            let differs = found.elements.iter().zip(&expected.elements);
            let differs = differs.into_iter().find(|(one, other)| one != other);
            return Err(format!("page {n} has other elements: {differs:?}"));
        }
        if n == 0 || n == 2 {
            all_is_said(&hostile.card, &found)?;
        }
    }
    Ok(())
}

/// Every label and every value of the card stands on the page, letter by letter and in its order.
fn all_is_said(card: &Card, seen: &Seen) -> Result<(), String> {
    let sections = card.sections();
    let mut expected = sections.iter().flat_map(|section| &section.lines).flat_map(|line| {
        let label = Some(line.label.trim_start()).filter(|label| !label.is_empty());
        label.into_iter().chain([line.value.as_str()])
    });
    let mut found = seen.said.iter().map(String::as_str).filter(|text| *text != "name").peekable();
    // Keys of the help come later; the card is the first list of a page.
    expected.try_for_each(|words| match found.next() {
        Some(next) if next == words => Ok(()),
        other => Err(format!("`{words}` is not where it belongs, but {other:?}")),
    })
}

#[test]
fn what_an_agent_writes_is_text_on_every_page_and_in_every_field() {
    let payloads = payloads();
    assert!(payloads.len() > 200, "{} payloads", payloads.len());
    let harmless = Harmless::new(&FIELDS);
    for payload in &payloads {
        if let Err(wrong) = check(&FIELDS, &harmless, payload) {
            panic!("{payload:?}: {wrong}");
        }
    }
}

#[test]
fn each_field_by_itself_is_text() {
    let payloads = [
        "<img src=x onerror=alert(1)>",
        "\"></dd></div></dl></section><script>alert(1)</script>",
        "\u{202e}<b>\u{200b}",
    ];
    for field in FIELDS {
        let harmless = Harmless::new(&[field]);
        for payload in payloads {
            if let Err(wrong) = check(&[field], &harmless, payload) {
                panic!("{field}: {payload:?}: {wrong}");
            }
        }
    }
}

#[test]
fn a_page_that_takes_one_text_for_markup_is_found() {
    let payload = "<img src=x onerror=alert(1)>";
    let hostile = written(&FIELDS, payload, "quiet");
    let harmless = Harmless::new(&FIELDS);
    let calm = harmless.like(&hostile).unwrap();
    for (hostile, calm) in pages(&hostile, payload).into_iter().zip(calm) {
        assert_eq!(seen(&hostile).elements, calm.elements);
        // As if nothing had been escaped.
        let planted = hostile.replace("&#60;img src=x", "<img src=x");
        assert_ne!(seen(&planted).elements, calm.elements);
    }
    let missing = written(&FIELDS, payload, "quiet");
    let page = pages(&missing, payload)[0].replace("alert(1)", "alert()");
    assert!(all_is_said(&missing.card, &seen(&page)).is_err(), "a letter that is missing is found");
}

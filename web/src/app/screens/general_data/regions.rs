//! Countries, currencies and time zones as the browser knows them, with names in the person's language.
//!
//! The browser's lists are more current than any that could be shipped. Where it has none, a short one stands in;
//! what the organization has is always in the list, so that no value gets lost by looking at it.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::{locale, ui::Choice};

/// ISO 3166-1 alpha-2. The browser names countries, but does not list them.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER \
    ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM \
    IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF \
    MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK \
    PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD \
    TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

const COMMON_CURRENCIES: &[&str] = &[
    "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "INR", "JPY", "MXN",
    "NOK", "PEN", "PLN", "SEK", "USD", "UYU", "ZAR",
];

const COMMON_ZONES: &[&str] = &[
    "Africa/Johannesburg",
    "America/Argentina/Buenos_Aires",
    "America/Bogota",
    "America/Chicago",
    "America/Lima",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Santiago",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Atlantic/Canary",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Paris",
    "Pacific/Auckland",
];

/// The time zones, with the present one among them.
pub(super) fn time_zones(present: &str) -> Vec<Choice<String>> {
    let mut zones = supported("timeZone", COMMON_ZONES);
    zones.push("UTC".to_owned());
    with_present(&mut zones, present);
    // Underscores stand in names for blanks, which nobody types.
    zones.into_iter().map(|zone| Choice::new(zone.clone(), zone.replace('_', " "))).collect()
}

/// The currencies with their names, by code.
pub(super) fn currencies(present: &str) -> Vec<Choice<String>> {
    let mut codes = supported("currency", COMMON_CURRENCIES);
    with_present(&mut codes, present);
    let name_of = names("currency");
    let choice = |code: String| match name_of(&code).filter(|name| *name != code) {
        Some(name) => Choice::new(code.clone(), format!("{code} · {name}")),
        None => Choice::new(code.clone(), code),
    };
    codes.into_iter().map(choice).collect()
}

/// The countries by name, with the choice of none before them.
pub(super) fn countries(none: &str, present: &str) -> Vec<Choice<String>> {
    let mut codes: Vec<String> = COUNTRIES.split_whitespace().map(str::to_owned).collect();
    if !present.is_empty() {
        with_present(&mut codes, present);
    }
    let name_of = names("region");
    let mut choices: Vec<_> = codes
        .into_iter()
        .map(|code| {
            let name = name_of(&code).unwrap_or_else(|| code.clone());
            Choice::new(code, name)
        })
        .collect();
    choices.sort_by_cached_key(|choice| crate::search::folded(&choice.label));
    choices.insert(0, Choice::new(String::new(), none));
    choices
}

/// The time of day in a time zone now, `14:05`. Absent where the browser does not know the zone.
pub(super) fn time_in(zone: &str) -> Option<String> {
    let options = object(&[
        ("timeZone", JsValue::from_str(zone)),
        ("hour", JsValue::from_str("2-digit")),
        ("minute", JsValue::from_str("2-digit")),
        ("hourCycle", JsValue::from_str("h23")),
    ]);
    let formatter = construct("DateTimeFormat", &options)?;
    let format = function(&formatter, "format")?;
    format.call0(&formatter).ok()?.as_string()
}

fn with_present(values: &mut Vec<String>, present: &str) {
    values.push(present.to_owned());
    values.sort_unstable();
    values.dedup();
}

/// `Intl.supportedValuesOf`, which older browsers do not have.
fn supported(what: &str, otherwise: &[&str]) -> Vec<String> {
    let list = || {
        let intl = intl()?;
        let list = function(&intl, "supportedValuesOf")?.call1(&intl, &JsValue::from_str(what)).ok()?;
        let list: Vec<String> =
            list.dyn_into::<Array>().ok()?.iter().filter_map(|one| one.as_string()).collect();
        (!list.is_empty()).then_some(list)
    };
    list().unwrap_or_else(|| otherwise.iter().map(|one| (*one).to_owned()).collect())
}

/// `Intl.DisplayNames`: the name of a code in the person's language.
fn names(what: &str) -> impl Fn(&str) -> Option<String> + use<> {
    let names = construct("DisplayNames", &object(&[("type", JsValue::from_str(what))]));
    let of = names.as_ref().and_then(|names| function(names, "of"));
    move |code| of.as_ref()?.call1(names.as_ref()?, &JsValue::from_str(code)).ok()?.as_string()
}

fn intl() -> Option<JsValue> {
    Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok().filter(JsValue::is_object)
}

fn function(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &JsValue::from_str(name)).ok()?.dyn_into().ok()
}

fn construct(class: &str, options: &Object) -> Option<JsValue> {
    let class = function(&intl()?, class)?;
    let arguments = Array::of2(&JsValue::from_str(locale::current().code()), options);
    Reflect::construct(&class, &arguments).ok()
}

fn object(entries: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in entries {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object
}
